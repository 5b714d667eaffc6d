import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { canonicalJson } from '../../base/json.ts';
import type { MemoryVersion } from '../../domain/memory/entry.ts';
import { pastRetention, retentionDays } from '../../domain/memory/retention.ts';
import { nNewestKept, versionDays } from '../../domain/memory/thinning.ts';
import type { Memory } from '../../ports/index.ts';
import { defineOperation } from '../operation.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { findThinned } from './_memory-thinning.ts';
import { filterOf, lookedThrough, prefixField, writerOf } from './_memory.ts';

const pageSize = 1_000;

const versions = Object.entries(versionDays).map(([kind, n]) => `${kind} ${n} days`);
const days = Object.entries(retentionDays).map(([kind, n]) => `${kind} ${n === null ? 'for good' : `${n} days`}`);

/** `orchestrate memory prune` */
export const memoryPrune = defineOperation({
  name: 'memory prune',
  summary: 'Take away entries of memory whose time is over, and versions that nothing rests on any more.',
  description: `Each kind is kept for its own time after its newest version: ${days.join(', ')}. What was refuted or has expired goes 30 days later. The files go; their versions stay, and \`memory revert\` brings one back. Old versions of entries go for good: all but the newest ${nNewestKept} of each (of one that was taken away, the newest), once they are old enough (${versions.join(', ')}), unless they were refuted, refute, or another version names them, or the journal has not noted them yet. \`memory export FILE --history\` keeps them elsewhere. A run of the playbook maintenance does the first for what ops-maint and sessions left; old versions never go by themselves.`,
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    prefix: prefixField,
    dryRun: z.boolean().default(false).describe('Show what would go and take nothing away.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'pruned', 'nothing']).describe('`planned`: nothing was taken away yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is taken away.'),
    entries: z
      .array(
        z.object({
          key: z.string().describe('Key of the entry.'),
          version: z.number().describe('Its newest version.'),
          sizeBytes: z.number().describe('Its size in bytes.'),
          why: z.string().describe('Why it goes.'),
        }),
      )
      .describe('Entries that go.'),
    versions: z
      .array(
        z.object({
          key: z.string().describe('Key of the entry.'),
          nVersions: z.number().describe('Versions of it that go for good.'),
          newest: z.number().describe('The newest one of them.'),
          sizeBytes: z.number().describe('What they say, in bytes.'),
        }),
      )
      .describe('Old versions that go, by entry.'),
    nDropped: z.number().describe('Versions that went for good.'),
    nKept: z.number().describe('Entries that stay.'),
    nStayed: z.number().describe('Entries that were to go and were written anew meanwhile: they stay.'),
  }),
  positional: ['prefix'],
  confirm: (input, planned) => ({ ...input, yes: true, plan: planned.hash }),
  examples: [
    { command: 'orchestrate memory prune --dry-run', explains: 'What would go, and why.' },
    { command: 'orchestrate memory prune sessions', explains: 'Only what sessions left.' },
  ],
  async run(app, { prefix, dryRun, yes, plan: seen }) {
    const memory = await lookedThrough(app);
    const { entries, nKept } = findPast(memory, { prefix, nowMs: app.outside.clock.nowMs() });
    const thinned = findThinned(await app.installation(), { prefix, nowMs: app.outside.clock.nowMs() });
    const refs = thinned.map(({ key, version }) => ({ key, version }));
    const hash = app.outside.digest.sha256(canonicalJson({ entries, refs }));
    if (seen !== null && !hash.startsWith(seen))
      throw new Fault('PLAN_MOVED', 'What would be taken away is something else now than what you saw.', {
        state: 'Nothing was taken away.',
        hints: ['orchestrate memory prune'],
      });
    const shown = { hash, entries, versions: byEntry(thinned), nDropped: 0, nKept, nStayed: 0 };
    if (entries.length + refs.length === 0) return { state: 'nothing' as const, ...shown };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    let nStayed = 0;
    for (const { key, version, why } of entries) {
      const { by } = await writerOf(app, key);
      try {
        if (!(await memory.remove({ key, ifVersion: version, by, reason: why }))) nStayed += 1;
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'MEMORY_MOVED') throw error;
        nStayed += 1;
      }
    }
    let nDropped = 0;
    for (const [key, ofOne] of Map.groupBy(refs, (ref) => ref.key)) {
      const { by } = await writerOf(app, key);
      nDropped += (await memory.drop(ofOne, { by, reason: 'it is old, and nothing rests on it' })).length;
    }
    return { state: 'pruned' as const, ...shown, nDropped, nStayed };
  },
});

const byEntry = (versions: readonly MemoryVersion[]) =>
  [...Map.groupBy(versions, ({ key }) => key)].map(([key, all]) => ({
    key,
    nVersions: all.length,
    newest: Math.max(...all.map(({ version }) => version)),
    sizeBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }));

function findPast(memory: Memory, { prefix, nowMs }: { prefix: string | null; nowMs: number }) {
  const entries: { key: string; version: number; sizeBytes: number; why: string }[] = [];
  let nAll = 0;
  for (let afterKey = ''; ;) {
    const page = memory.list({ ...filterOf({ prefix, kind: null }), withOld: true, afterKey, limit: pageSize });
    for (const one of page) {
      const why = pastRetention(one, nowMs);
      if (why !== undefined) entries.push({ key: one.key, version: one.version, sizeBytes: one.sizeBytes, why });
    }
    nAll += page.length;
    if (page.length < pageSize) break;
    afterKey = page.at(-1)?.key ?? '';
  }
  return { entries, nKept: nAll - entries.length };
}
