import type { OutsideDifference, TimeSpan } from './difference.ts';

/** A clock that is this much ahead of ours has jumped. */
const aheadMs = 60_000;

/** Returns one clause: `rgthree-comfy was added (a1b2c3d)`. */
export function differenceText(one: OutsideDifference): string {
  const { kind, name, how, from, to, nDetails, details } = one;
  const arrow = from !== null && to !== null && from !== to ? ` (${from} → ${to})` : '';
  const files = nDetails === 0 ? '' : `, ${nDetails} file${nDetails === 1 ? '' : 's'}`;
  switch (kind) {
    case 'component':
      if (how === 'added') return `${name} was added${to === null ? '' : ` (${to})`}`;
      if (how === 'changed') return `${name} was edited${arrow}${files}`;
      if (how === 'moved') return `${name} was moved to another commit${arrow}`;
      return `${name} was ${how}`;
    case 'model-paths':
      return `${name} was ${how}${nDetails === 0 ? '' : `: ${details.join(', ')}`}`;
    case 'packages':
      return how === 'removed'
        ? some(details, nDetails)
        : `${name} of the borrowed environment moved: ${some(details, nDetails)}`;
    case 'environment':
      return `the sealed environment ${name} is not as it was built: ${some(details, nDetails)}`;
    case 'models':
      return `${name} ${how === 'changed' ? 'changed' : `was ${how}`}${arrow}`;
    case 'home':
      return `${name}${arrow}${nDetails === 0 ? '' : `: ${some(details, nDetails)}`}`;
    case 'instance':
      return `${name} ${how === 'added' ? 'was added inside' : how === 'removed' ? 'was removed inside' : 'wrote into its own folder inside'} production's folder${files}`;
    case 'instance-packages':
      return `${nDetails} package${nDetails === 1 ? '' : 's'} installed beside production: ${some(details, nDetails)}`;
  }
}

const some = (details: readonly string[], n: number): string => {
  const shown = details.slice(0, 4).join(', ');
  return n > 4 ? `${shown} and ${n - 4} more` : shown;
};

/** Returns who did it as far as a fact says so: `probably pip: INSTALLER … says pip`, or `unknown`. */
export function authorText({ who }: Pick<OutsideDifference, 'who'>): string {
  if (who.name !== null && who.fact !== null) return `probably ${who.name}: ${who.fact}`;
  return who.fact === null ? 'unknown' : `unknown; ${who.fact}`;
}

/**
 * Returns when, as files and reflogs tell it. Nothing is decided by it: a clock that jumped is told as such.
 * Without a time of its own it is the time since the last look.
 */
export function whenText(when: TimeSpan | null, known: { readonly sinceMs: number; readonly nowMs: number }): string {
  if (when === null) return `some time after ${minuteText(known.sinceMs)}`;
  const span =
    minuteText(when.fromMs) === minuteText(when.toMs)
      ? minuteText(when.toMs)
      : `${minuteText(when.fromMs)} to ${minuteText(when.toMs)}`;
  if (when.toMs > known.nowMs + aheadMs) return `${span} by its own clock, which is later than now`;
  return when.toMs < known.sinceMs - aheadMs
    ? `${span} by its own clock; found after ${minuteText(known.sinceMs)}`
    : span;
}

/** `2026-08-23 14:05Z`; a time that no calendar has is told as such. */
function minuteText(atMs: number): string {
  if (!Number.isFinite(atMs) || Math.abs(atMs) > 8.64e15) return 'no time at all';
  return new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/:\d\d\.\d+Z$/, 'Z');
}

/**
 * Returns the one line that is shown before anything begins: `ComfyUI-Manager added rgthree-comfy, pip moved 2 packages`.
 * Several of one kind and author are put together.
 */
export function summaryText(differences: readonly OutsideDifference[]): string {
  const groups = new Map<string, string[]>();
  for (const one of differences) {
    const who = one.who.name ?? '';
    const key = `${who}\n${verbOf(one)}`;
    groups.set(key, [...(groups.get(key) ?? []), shortName(one)]);
  }
  const clauses = [...groups].map(([key, names]) => {
    const [who = '', verb = ''] = key.split('\n');
    const what = names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : listed(names);
    return who === '' ? `${what} ${names.length === 1 ? 'was' : 'were'} ${verb}` : `${who} ${verb} ${what}`;
  });
  return clauses.join(', ');
}

const verbOf = ({ kind, how }: OutsideDifference): string => {
  if (kind === 'packages') return 'moved';
  if (kind === 'instance') return how === 'changed' ? 'written into' : how;
  return kind === 'instance-packages' ? 'installed' : how;
};

const shortName = ({ kind, name, nDetails }: OutsideDifference): string =>
  kind === 'instance-packages' ? `${nDetails} package${nDetails === 1 ? '' : 's'} beside production` : name;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
