/** A package and where it came from. The same shape as `SurveyedPackage` of the Python port, without its mark. */
export interface SourcedPackage {
  readonly name: string;
  readonly version: string;
  readonly installer: string | null;
  readonly origin:
    | { readonly kind: 'index' }
    | { readonly kind: 'wheel'; readonly url: string }
    | { readonly kind: 'vcs'; readonly url: string; readonly commit: string }
    | { readonly kind: 'folder'; readonly path: string; readonly editable: boolean };
}

/** What would happen to a package of an adopted environment when a new environment is built. */
export interface PackageFate {
  readonly name: string;
  readonly version: string;
  /** `unknown`: the index could not be asked. */
  readonly fate: 'kept wheel' | 'rebuild' | 'lost' | 'unknown';
  /** The wheel's path, what it would be rebuilt from, or why it is not known. */
  readonly from: string | null;
  readonly sentence: string;
}

export interface SourceFacts {
  /** Whether the index offers exactly this version; `unreachable` when it did not answer. */
  readonly onIndex: 'yes' | 'no' | 'unreachable';
  /** A wheel of it that lies on this machine: where it was installed from, or in pip's own cache. */
  readonly wheel: string | null;
  /** Whether the folder that it was installed from is there. */
  readonly folderIsThere: boolean;
}

/** Judges one package; null for one that the index supplies, about which there is nothing to say. */
export function fateOf(one: SourcedPackage, facts: SourceFacts): PackageFate | null {
  const { name, version, origin } = one;
  const told = (fate: PackageFate['fate'], from: string | null, sentence: string): PackageFate => ({
    name,
    version,
    fate,
    from,
    sentence,
  });
  if (facts.wheel !== null) return told('kept wheel', facts.wheel, `kept wheel: ${facts.wheel}`);
  if (origin.kind === 'vcs') {
    const from = `${origin.url}@${origin.commit}`;
    return told('rebuild', from, `rebuild from ${from}`);
  }
  if (origin.kind === 'folder')
    return facts.folderIsThere
      ? told(
          'rebuild',
          origin.path,
          `rebuild from ${origin.path}${origin.editable ? ' (editable: its files are used where they lie)' : ''}`,
        )
      : told('lost', origin.path, `would be lost: ${origin.path} is not there any more`);
  if (origin.kind === 'wheel' && /^https?:/.test(origin.url))
    return told('rebuild', origin.url, `rebuild from ${origin.url}`);
  if (facts.onIndex === 'yes') return null;
  if (facts.onIndex === 'unreachable')
    return told('unknown', null, 'the index could not be asked whether it has this version');
  return told(
    'lost',
    origin.kind === 'wheel' ? origin.url : null,
    origin.kind === 'wheel'
      ? `would be lost: ${origin.url} is not there any more, and the index has no ${name} ${version}`
      : `would be lost: the index has no ${name} ${version}`,
  );
}
