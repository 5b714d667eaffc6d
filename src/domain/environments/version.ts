/** A version as PEP 440 reads it (https://packaging.python.org/specifications/version-specifiers/). */
export interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: { readonly kind: 'a' | 'b' | 'rc'; readonly number: number } | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
  /** Parts after `+`, e.g. `cu128`. */
  readonly local: readonly (string | number)[];
}

/** Returns the version, or undefined when the text is none. Spellings such as `1.0-RC.1` are read as PEP 440 says. */
export function findVersion(text: string): Version | undefined {
  const groups = text.length > 100 ? undefined : versionPattern.exec(text.trim().toLowerCase())?.groups;
  if (groups === undefined) return undefined;
  const numbers = (groups['release'] ?? '').split('.').map(Number);
  const version: Version = {
    epoch: Number(groups['epoch'] ?? 0),
    release: numbers,
    pre:
      groups['pre'] === undefined
        ? undefined
        : { kind: preKinds[groups['pre']] ?? 'rc', number: Number(groups['preNumber'] || 0) },
    post: groups['post'] === undefined ? undefined : Number(groups['postNumber'] || groups['postDash'] || 0),
    dev: groups['dev'] === undefined ? undefined : Number(groups['devNumber'] || 0),
    local: (groups['local'] ?? '')
      .split(/[-_.]/)
      .filter((part) => part !== '')
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  };
  const all = [version.epoch, ...numbers, version.pre?.number, version.post, version.dev, ...version.local];
  return all.every((part) => typeof part !== 'number' || Number.isSafeInteger(part)) ? version : undefined;
}

/** Returns a number below, at or above 0 as `a` sorts before, with or after `b`. A text that is no version sorts before all that are. */
export function compareVersions(a: string, b: string): number {
  const left = findVersion(a);
  const right = findVersion(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1;
    if (right !== undefined) return -1;
    return a === b ? 0 : a < b ? -1 : 1;
  }
  return comparePublic(left, right) || compareLocal(left.local, right.local);
}

/** Orders two versions without looking at their local parts. */
export function comparePublic(a: Version, b: Version): number {
  return (
    a.epoch - b.epoch ||
    compareNumbers(trimmed(a.release), trimmed(b.release)) ||
    compareNumbers(suffixKey(a), suffixKey(b))
  );
}

/** Tells whether a version is a pre-release or a development release. A text that is no version counts as one. */
export function isPrerelease(text: string): boolean {
  const version = findVersion(text);
  return version === undefined || version.pre !== undefined || version.dev !== undefined;
}

/** Returns the version without its local part: `2.8.0` of `2.8.0+cu128`. */
export function publicPart(text: string): string {
  return text.split('+', 1)[0] ?? text;
}

const preKinds: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

const versionPattern =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?(?<post>-(?<postDash>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

function trimmed(release: readonly number[]): readonly number[] {
  return release.slice(0, release.findLastIndex((part) => part !== 0) + 1);
}

// The order of suffixes: 1.dev1 < 1a1.dev1 < 1a1 < 1a1.post1 < 1b1 < 1rc1 < 1 < 1.post1.dev1 < 1.post1.
function suffixKey({ pre, post, dev }: Version): readonly number[] {
  const isDevOnly = pre === undefined && post === undefined && dev !== undefined;
  const kind = isDevOnly ? -1 : pre === undefined ? 3 : ['a', 'b', 'rc'].indexOf(pre.kind);
  return [kind, pre?.number ?? 0, post ?? -1, dev ?? Number.MAX_SAFE_INTEGER];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareLocal(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const left = a[at];
    const right = b[at];
    if (left === right) continue;
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    if (typeof left === 'number') return 1;
    if (typeof right === 'number') return -1;
    return left < right ? -1 : 1;
  }
  return 0;
}
