import { z } from 'zod';

import { judgedAge } from '../domain/environments/cooldown.ts';
import { type Lock, readLock } from '../domain/environments/lock.ts';
import type { Offer } from '../domain/environments/offer.ts';
import { offeredVersions } from '../domain/environments/offered-versions.ts';
import { type ActionContext, defineAction } from './_context.ts';

/** Packages asked about at once, packages in all, and how long new questions are begun: a page takes the index a moment. */
const limits = { atOnce: 6, packages: 400, ms: 120_000 };
/** Packages that the sentence of the step names; the report has them all. */
const nNamed = 5;

const output = z.object({
  /** Newer versions that fit this Python and are no pre-releases. */
  updates: z.array(
    z.object({
      name: z.string(),
      installed: z.string(),
      newest: z.string(),
      /** Days since the newest was published; null: the index does not tell. */
      newestDays: z.number().nullable(),
      /** The newest that is as old as policy.min-age asks for; null: none is. */
      mayCome: z.string().nullable(),
    }),
  ),
  nAsked: z.number().int(),
  nCurrent: z.number().int(),
  /** Not asked about: from an index of their own, or time was up. */
  notAsked: z.array(z.string()),
  /** The index does not have them. */
  absent: z.array(z.string()),
  /** The index did not answer about them. */
  unanswered: z.array(z.string()),
});
type Update = z.infer<typeof output>['updates'][number];

/**
 * Asks the index about each package of the branch's lock: what is newer, how old that is, and what policy lets come. Whether they go
 * together nobody has tried: a plan does that. Changes nothing. An index that does not answer about one leaves the others.
 * Fault where it answers about none, unless `silence` is to be told: that of the index.
 */
export const updateReport = defineAction({
  id: 'update.report',
  summary: 'Say which packages have newer versions, and how old those are',
  effect: 'read',
  input: z.object({ silence: z.enum(['fails', 'told']).default('fails') }),
  output,
  async run(context, { silence }) {
    const lock = await readBranchLock(context);
    const asked = lock.packages.filter(({ index }) => index === undefined).slice(0, limits.packages);
    const { offers, fault } = await askIndex(
      context,
      asked.map(({ name }) => name),
    );
    if (fault !== undefined && offers.size === 0 && silence === 'fails') throw fault;
    const python = await context.interpreter();
    const question = { python, nowMs: context.clock.nowMs(), minAgeSeconds: context.config.policy.minAgeSeconds };
    const told = asked.filter(({ name }) => (offers.get(name)?.length ?? 0) > 0);
    const updates = told.flatMap(({ name, version }) => {
      const all = offers.get(name) ?? [];
      const [newest] = offeredVersions({ ...question, minAgeSeconds: 0, offers: all, newerThan: version }).candidates;
      if (newest === undefined) return [];
      const { candidates } = offeredVersions({ ...question, offers: all, newerThan: version });
      const mayCome = candidates.find((one) => judgedAge(all, one, question).kind !== 'young') ?? null;
      return [{ name, installed: version, newest, newestDays: daysOf(all, newest, question.nowMs), mayCome }];
    });
    return {
      updates,
      nAsked: asked.length,
      nCurrent: told.length - updates.length,
      notAsked: names(lock.packages.filter((one) => !asked.includes(one))),
      absent: names(asked.filter(({ name }) => offers.get(name)?.length === 0)),
      unanswered: names(asked.filter(({ name }) => !offers.has(name))),
    };
  },
  describe: ({ updates, nAsked, nCurrent, notAsked, absent, unanswered }) =>
    [
      `${nAsked} packages asked about, ${nCurrent} current, ${updates.length} with newer versions`,
      ...(updates.length === 0 ? [] : [updates.slice(0, nNamed).map(updateText).join(', ')]),
      ...(absent.length === 0 ? [] : [`not on the index: ${listed(absent)}`]),
      ...(unanswered.length === 0 ? [] : [`the index did not answer about: ${listed(unanswered)}`]),
      ...(notAsked.length === 0 ? [] : [`not asked about: ${listed(notAsked)}`]),
    ].join('; '),
});

const names = (of: readonly { readonly name: string }[]): string[] => of.map(({ name }) => name);

const listed = (of: readonly string[]): string =>
  `${of.slice(0, nNamed).join(', ')}${of.length > nNamed ? ` and ${of.length - nNamed} more` : ''}`;

const updateText = ({ name, installed, newest, newestDays, mayCome }: Update): string => {
  const age = newestDays === null ? 'of unknown age' : `${newestDays} days old`;
  const held = mayCome === newest ? '' : mayCome === null ? ', too young' : `, ${mayCome} may come`;
  return `${name} ${installed} → ${newest} (${age}${held})`;
};

async function readBranchLock({ store, baseTree }: ActionContext): Promise<Lock> {
  const data = await store.readFile(baseTree, 'requirements.lock');
  return readLock({ file: 'requirements.lock', text: new TextDecoder().decode(data) });
}

/** What the index offers, by name: `[]` where it has nothing, nothing where it did not answer in time, and why not. */
async function askIndex(
  { python, index, clock, signal }: ActionContext,
  asking: readonly string[],
): Promise<{ readonly offers: ReadonlyMap<string, readonly Offer[]>; readonly fault: Error | undefined }> {
  const offers = new Map<string, readonly Offer[]>();
  let fault: Error | undefined;
  const untilMs = clock.monotonicMs() + limits.ms;
  const queue = [...asking];
  const work = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined && clock.monotonicMs() < untilMs; name = queue.shift()) {
      signal.throwIfAborted();
      try {
        offers.set(name, await python.offers({ name, index, signal }));
      } catch (error) {
        fault ??= error instanceof Error ? error : new Error(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: limits.atOnce }, work));
  return { offers, fault };
}

/** Days since the youngest wheel of a version was published. */
function daysOf(offers: readonly Offer[], version: string, nowMs: number): number | null {
  const times = offers
    .filter((one) => one.version === version)
    .flatMap(({ files }) => files.flatMap(({ uploadedAtMs }) => uploadedAtMs ?? []));
  return times.length === 0 ? null : Math.max(0, Math.floor((nowMs - Math.max(...times)) / 86_400_000));
}
