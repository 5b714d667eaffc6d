import { Fault } from '../../base/fault.ts';
import type { OutsideDifference } from './difference.ts';

/** Returns the open differences of these ids, all of them for none. Faults: `OUTSIDE_NOT_FOUND`, `NOTHING_TO_DO`. */
export function chooseDifferences(
  open: readonly OutsideDifference[],
  ids: readonly string[],
): readonly OutsideDifference[] {
  if (open.length === 0 && ids.length === 0) {
    throw new Fault('NOTHING_TO_DO', 'No outside change is open.', {
      hints: ['orchestrate outside list'],
      state: 'Nothing was changed.',
    });
  }
  if (ids.length === 0) return open;
  return [...new Set(ids)].map((id) => {
    const one = open.find((difference) => difference.id === id);
    if (one !== undefined) return one;
    const known = open.map((difference) => difference.id);
    throw new Fault('OUTSIDE_NOT_FOUND', `No outside change ${id} is open.`, {
      hints: [known.length === 0 ? 'None is open.' : `Open: ${known.join(', ')}`, 'orchestrate outside list'],
      state: 'Nothing was changed.',
      data: { id, open: known },
    });
  });
}

/**
 * Returns those that can be taken over. One that was asked for by its id and cannot, or two that change the same thing,
 * are faults: `NOTHING_TO_DO`, `CHANGE_CONFLICT`.
 */
export function takeable(
  chosen: readonly OutsideDifference[],
  options: { readonly isByName: boolean },
): readonly OutsideDifference[] {
  const able = chosen.filter(({ take }) => take !== null);
  const unable = chosen.find(({ take }) => take === null);
  if (unable !== undefined && (options.isByName || able.length === 0)) {
    throw new Fault('NOTHING_TO_DO', `${unable.id} (${unable.name}) cannot be taken over: ${unable.whyNot ?? ''}.`, {
      hints: [`orchestrate outside discard ${unable.id}   (it is not told any more until it moves again)`],
      state: 'Nothing was changed.',
    });
  }
  const first = new Map<string, OutsideDifference>();
  for (const one of able) {
    const other = first.get(one.subject);
    if (other !== undefined) {
      throw new Fault('CHANGE_CONFLICT', `${other.id} and ${one.id} both change ${one.subject}.`, {
        hints: [`orchestrate outside keep ${other.id}`, `orchestrate outside keep ${one.id}`],
        state: 'Nothing was changed.',
      });
    }
    first.set(one.subject, one);
  }
  return able;
}

/** Those that are worth a line before other work: what a person does in home, and their models, are not. */
export const isNotable = ({ kind }: Pick<OutsideDifference, 'kind'>): boolean => kind !== 'home' && kind !== 'models';
