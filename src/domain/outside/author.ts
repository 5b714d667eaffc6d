import { type Author, type TimeSpan, unknownAuthor } from './difference.ts';
import type { ReflogEntry } from './reflog.ts';

const manager = 'ComfyUI-Manager';

/** Traces of who changed a component. */
export interface Traces {
  readonly how: 'added' | 'removed' | 'disabled' | 'enabled' | 'changed' | 'moved';
  /** Where it lies now, relative to ComfyUI. */
  readonly place: string;
  readonly isTracked: boolean;
  readonly changedPaths: readonly string[];
  /** What git did there since it was last looked at. */
  readonly reflog: readonly ReflogEntry[];
  readonly when: TimeSpan | null;
  /** ComfyUI-Manager's own files that changed since, path to time. */
  readonly managerFiles: Readonly<Record<string, number>>;
}

/**
 * Says who probably did it, and the fact that says so; without a fact nobody is named.
 * Sources: ComfyUI-Manager 3.41 (a registry install leaves `.tracking`; a disabled pack lies in `custom_nodes/.disabled`,
 * formerly with the suffix `.disabled`) and GitPython, by which it pulls: `git pull -v -- origin`.
 */
export function componentAuthor(traces: Traces): Author {
  const { how, place, isTracked, changedPaths, reflog, when } = traces;
  if (how === 'disabled') return disabledBy(place);
  if (isTracked && (how === 'added' || changedPaths.includes('.tracking')))
    return { name: manager, fact: 'it wrote .tracking into the pack, as it does for a registry install' };
  const newest = reflog.at(-1);
  if (newest === undefined) return besideManager(traces, when) ?? unknownAuthor;
  const said = `its reflog says “${newest.message}” by ${newest.person}`;
  if (/^pull -v (--progress )?-- /.test(newest.message)) return { name: manager, fact: `${said}: how its git pulls` };
  if (/^(commit|merge|rebase|cherry-pick|revert|am)\b/.test(newest.message)) return { name: newest.person, fact: said };
  const near = { fromMs: newest.atMs, toMs: newest.atMs };
  // A clone or a checkout is made with the account's identity, whoever asked git for it.
  return besideManager(traces, near) ?? { name: null, fact: said };
}

function disabledBy(place: string): Author {
  if (place.startsWith('custom_nodes/.disabled/'))
    return { name: manager, fact: 'it lies in custom_nodes/.disabled, where that puts packs' };
  if (place.endsWith('.disabled')) return { name: manager, fact: 'its folder ends in .disabled, as that names packs' };
  return unknownAuthor;
}

/** Its own files changed within this time of the difference: it was at work then. */
const besideMs = 5 * 60_000;

function besideManager({ managerFiles }: Traces, when: TimeSpan | null): Author | undefined {
  if (when === null) return undefined;
  const near = Object.entries(managerFiles).find(
    ([, atMs]) => atMs >= when.fromMs - besideMs && atMs <= when.toMs + besideMs,
  );
  return near === undefined ? undefined : { name: manager, fact: `it wrote ${near[0]} at the same time` };
}

/** Says which programs put packages there: what `INSTALLER` of each of them names. */
export function packagesAuthor(installers: readonly (string | null)[]): Author {
  const names = [...new Set(installers.filter((one) => one !== null && /^[\w.-]{1,40}$/.test(one)))];
  if (names.length === 0) return unknownAuthor;
  return { name: names.join(' and '), fact: `INSTALLER of the packages says ${names.join(', ')}` };
}

/** Programs that own a section of a file of model paths, by its name. */
const sectionOwners: readonly { readonly pattern: RegExp; readonly name: string }[] = [
  { pattern: /^swarmui/i, name: 'SwarmUI' },
  { pattern: /^stability_matrix$/i, name: 'Stability Matrix' },
];

/** Says whose sections of a file of model paths changed. */
export function sectionsAuthor(changed: readonly string[]): Author {
  const owner = sectionOwners.find(({ pattern }) => changed.some((name) => pattern.test(name)));
  const all = owner !== undefined && changed.every((name) => owner.pattern.test(name));
  return all ? { name: owner.name, fact: `only its section changed: ${changed.join(', ')}` } : unknownAuthor;
}
