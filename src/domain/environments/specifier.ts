import { comparePublic, compareVersions, findVersion, type Version } from './version.ts';

/** One condition on a version: `>=2.1`. */
export interface Specifier {
  readonly operator: '===' | '==' | '!=' | '~=' | '<=' | '>=' | '<' | '>';
  /** For `==` and `!=` it may end in `.*`. */
  readonly version: string;
}

/** Returns the conditions of a text such as `>=2,<3`, `[]` for the empty text, or undefined when it is not well-formed. */
export function findSpecifiers(text: string): readonly Specifier[] | undefined {
  if (text.trim() === '') return [];
  const specifiers: Specifier[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(===|==|!=|~=|<=|>=|<|>)\s*([^\s,;#]+)\s*$/.exec(part);
    const operator = match?.[1] as Specifier['operator'] | undefined;
    const version = match?.[2];
    if (operator === undefined || version === undefined || !fitsOperator(operator, version)) return undefined;
    specifiers.push({ operator, version });
  }
  return specifiers;
}

/** Tells whether a version meets every condition (PEP 440; pre-releases are judged by their order alone). */
export function meetsSpecifiers(version: string, specifiers: readonly Specifier[]): boolean {
  return specifiers.every((specifier) => meets(version, specifier));
}

function fitsOperator(operator: Specifier['operator'], text: string): boolean {
  if (operator === '===') return true;
  const isPrefix = text.endsWith('.*');
  if (isPrefix && operator !== '==' && operator !== '!=') return false;
  const version = findVersion(isPrefix ? text.slice(0, -2) : text);
  if (version === undefined || (isPrefix && version.local.length > 0)) return false;
  return operator !== '~=' || version.release.length >= 2;
}

function meets(text: string, { operator, version: bound }: Specifier): boolean {
  if (operator === '===') return text.toLowerCase() === bound.toLowerCase();
  const version = findVersion(text);
  const limit = findVersion(bound.endsWith('.*') ? bound.slice(0, -2) : bound);
  if (version === undefined || limit === undefined) return false;
  const order = comparePublic(version, limit);
  switch (operator) {
    case '==':
      return isEqual(text, bound, version, limit);
    case '!=':
      return !isEqual(text, bound, version, limit);
    case '~=':
      return order >= 0 && hasPrefix(version, { ...limit, release: limit.release.slice(0, -1) });
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      // A post-release is not "after" its own release unless the bound is one too.
      return order > 0 && (limit.post !== undefined || version.post === undefined || !hasSameRelease(version, limit));
    case '<':
      // A pre-release is not "before" its own release unless the bound is one too.
      return order < 0 && (isPre(limit) || !isPre(version) || !hasSameRelease(version, limit));
  }
}

function isEqual(text: string, bound: string, version: Version, limit: Version): boolean {
  if (bound.endsWith('.*')) return hasPrefix(version, limit);
  return limit.local.length > 0 ? compareVersions(text, bound) === 0 : comparePublic(version, limit) === 0;
}

function hasPrefix(version: Version, prefix: Version): boolean {
  if (version.epoch !== prefix.epoch) return false;
  return prefix.release.every((part, index) => (version.release[index] ?? 0) === part);
}

function hasSameRelease(a: Version, b: Version): boolean {
  return (
    comparePublic(
      { ...a, pre: undefined, post: undefined, dev: undefined },
      { ...b, pre: undefined, post: undefined, dev: undefined },
    ) === 0
  );
}

function isPre(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}
