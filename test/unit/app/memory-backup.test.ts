import fc from 'fast-check';
import { expect, it } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import type { MemoryRef, MemoryVersion, NewMemory } from '../../../src/domain/memory/entry.ts';
import type { Memory } from '../../../src/ports/index.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';
import { createFakeMemory, FakeMemoryFolder } from '../../fakes/fake-memory.ts';
import { waitingScene } from '../../support/journal-scene.ts';
import { orchestrate } from '../../support/run-orchestrate.ts';

const keys = ['swarm/env-setup/a.md', 'swarm/env-setup/b.md', 'sessions/c.md'] as const;
/** Short ones may be the same by chance; the long one says what it says wherever it stands. */
const texts = ['one\n', 'two\n', 'torch 2.11 and xformers 0.0.30 do not work together\n'] as const;
const by = { kind: 'person', name: 'anna' } as const;
const all = { withOld: true, withRemoved: true, limit: 1_000 };

const key = fc.constantFrom(...keys);
const act = fc.oneof(
  fc.record({ what: fc.constant('put'), key, text: fc.constantFrom(...texts), expires: fc.boolean() }),
  fc.record({ what: fc.constant('edit'), key, text: fc.constantFrom(...texts, undefined) }),
  fc.record({ what: fc.constantFrom('refute', 'copy'), key, of: fc.nat(20) }),
  fc.record({ what: fc.constant('remove'), key }),
);
type Act = { what: string; key: string; text?: string | undefined; expires?: boolean; of?: number };

async function live(acts: readonly Act[]): Promise<Memory> {
  const clock = createFakeClock();
  const folder = new FakeMemoryFolder(clock);
  const memory = createFakeMemory({ clock, folder });
  for (const { what, key, text, expires = false, of = 0 } of acts) {
    await clock.advance(3_000);
    const write = (more: Partial<NewMemory>) =>
      memory.put({ key, kind: 'pattern', text: 'it is not so\n', by, ...more });
    const ever = memory.since(0, 1_000).map(({ version }) => version);
    const named = ever[of % Math.max(ever.length, 1)];
    const [head] = memory.history(key);
    if (what === 'put') await write({ text: text ?? '', expiresAtMs: expires ? 1 : null });
    if (what === 'refute' && named !== undefined) await write({ refutes: [refOf(named)] });
    if (what === 'copy' && named !== undefined)
      await write({ text: (await memory.get(named.key, named.version))?.text ?? '', copyOf: refOf(named) });
    if (what === 'remove' && head?.isRemoved === false)
      await memory.remove({ key, ifVersion: head.version, by, reason: 'old' });
    if (what === 'edit') {
      folder.edit(key, text);
      await memory.sync();
    }
  }
  return memory;
}

const refOf = ({ key, version }: MemoryVersion): MemoryRef => ({ key, version });

/** What a backup is to bring back: all but who wrote it, which the restored memory does not take another's word for. */
const told = (one: MemoryVersion) => ({ ...one, by: null, origin: null, run: null, evidence: null, atMs: null });
async function contents(memory: Memory) {
  const heads = memory.list(all);
  const newest = await Promise.all(heads.map(async (head) => (await memory.get(head.key))?.text));
  return {
    shown: memory.list().map(told),
    heads: heads.map(told),
    newest,
    histories: heads.map((head) => memory.history(head.key).map(told)),
  };
}

it('a backup that is restored has the same entries, versions, refutations, and the same taken away', async () => {
  const scene = waitingScene();
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
      const files = createFakeFiles();
      await files.ensureDir('/home/anna/comfy-home');
      const clock = createFakeClock();
      const host = { userName: 'anna', startedBy: null, builtInDir: '/app', version: '0.1.0', timeZone: 'UTC' };
      const outside = { clock, files, host, digest: createDigest() };
      const saved = await live(acts);
      await orchestrate(scene, ['memory', 'export', 'b.jsonl', '--history'], {
        outside,
        installation: { memory: saved },
      });
      const restored = createFakeMemory({ clock });
      await orchestrate(scene, ['memory', 'import', 'b.jsonl', '--yes'], {
        outside,
        installation: { memory: restored },
      });
      expect(await contents(restored)).toEqual(await contents(saved));
    }),
    { numRuns: 60 },
  );
});
