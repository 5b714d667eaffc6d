import type { CommitId } from '../../base/ids.ts';
import { didYouMean } from '../definitions/did-you-mean.ts';
import { compareVersions, findVersion, isPrerelease } from '../environments/version.ts';

/** A name under which a component's source offers a commit; what `ComponentSources.versions` returns. */
export interface OfferedVersion {
  readonly ref: string;
  readonly name: string;
  readonly kind: 'tag' | 'branch';
  readonly commit: CommitId;
  readonly isDefault: boolean;
}

export type ChosenVersion =
  | { readonly kind: 'chosen'; readonly name: string; readonly ref: string | null; readonly commit: CommitId }
  /** `name` is the newest there is. */
  | { readonly kind: 'newest'; readonly name: string }
  | { readonly kind: 'unknown'; readonly sentence: string };

/** Returns the release tags, newest first: `v0.10` before `v0.4` before `v0.3.76`. Pre-releases and names that are no version are none. */
export const releases = (versions: readonly OfferedVersion[]): readonly OfferedVersion[] =>
  versions
    .filter(({ kind, name }) => kind === 'tag' && findVersion(name) !== undefined && !isPrerelease(name))
    .sort((a, b) => compareVersions(b.name, a.name));

/** Returns the name that a commit goes by: its newest release tag, another tag, or undefined. */
export const nameOf = (versions: readonly OfferedVersion[], commit: string | null): OfferedVersion | undefined =>
  releases(versions).find((one) => one.commit === commit) ??
  versions.find((one) => one.commit === commit && one.kind === 'tag');

/**
 * Chooses where a component moves. Asked for nothing: the newest release that is newer than `current`, or the head of
 * the default branch of a source that releases nothing. Asked for a name: that tag, with or without its `v`, that
 * branch, or that commit by seven digits or more.
 */
export function chooseVersion(options: {
  readonly versions: readonly OfferedVersion[];
  readonly asked: string;
  readonly current: { readonly commit: string | null; readonly version: string | null };
}): ChosenVersion {
  const { versions, current } = options;
  const asked = options.asked.trim();
  if (asked === '') return newest(versions, current);
  const named =
    versions.find((one) => one.kind === 'tag' && one.name === asked) ??
    versions.find(
      (one) => one.kind === 'tag' && one.name.toLowerCase() === `v${asked.replace(/^v/i, '')}`.toLowerCase(),
    ) ??
    versions.find((one) => one.kind === 'tag' && one.name === asked.replace(/^v/i, '')) ??
    versions.find((one) => one.kind === 'branch' && one.name === asked);
  if (named !== undefined) return chosen(named);
  if (/^[0-9a-f]{7,40}$/i.test(asked)) return byCommit(versions, asked.toLowerCase());
  const names = versions.map((one) => one.name);
  return {
    kind: 'unknown',
    sentence: `There is no tag or branch ${JSON.stringify(asked)}.${didYouMean(asked, names)}`,
  };
}

function newest(
  versions: readonly OfferedVersion[],
  current: { readonly commit: string | null; readonly version: string | null },
): ChosenVersion {
  const [top] = releases(versions);
  const to = top ?? versions.find((one) => one.isDefault);
  if (to === undefined) return { kind: 'unknown', sentence: 'It has neither releases nor a default branch.' };
  const isNewer = top === undefined || current.version === null || compareVersions(top.name, current.version) > 0;
  return to.commit === current.commit || !isNewer ? { kind: 'newest', name: to.name } : chosen(to);
}

function byCommit(versions: readonly OfferedVersion[], digits: string): ChosenVersion {
  const found = [...new Set(versions.filter((one) => one.commit.startsWith(digits)).map((one) => one.commit))];
  if (digits.length === 40) return { kind: 'chosen', name: digits.slice(0, 7), ref: null, commit: digits as CommitId };
  const [only] = found;
  if (only !== undefined && found.length === 1) return { kind: 'chosen', name: digits, ref: null, commit: only };
  return {
    kind: 'unknown',
    sentence:
      found.length === 0
        ? `No tag or branch is at a commit ${digits}…; any other commit has to be given with all 40 digits.`
        : `${found.length} commits begin with ${digits}.`,
  };
}

const chosen = ({ name, ref, commit }: OfferedVersion): ChosenVersion => ({ kind: 'chosen', name, ref, commit });
