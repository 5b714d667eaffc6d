import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Memory } from '../../src/ports/index.ts';
import { recordDisk, type Recording } from '../support/disk-recorder.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

const by = { kind: 'program', name: 'test' } as const;
const [oldText, newText] = ['what was there before\n'.repeat(9), 'and this is new\n'.repeat(40)];
let place: ReturnType<typeof makeMemoryPlace>;
beforeEach(() => {
  place = makeMemoryPlace();
});
afterEach(async () => {
  await place.remove();
});

const scenes = {
  'a new version': {
    key: 'swarm/env-setup/a.md',
    work: async (memory: Memory) => void (await memory.put(put('swarm/env-setup/a.md', newText))),
    legal: [oldText, newText],
    end: newText,
    nStates: 13,
  },
  'a first version in new folders': {
    key: 'swarm/new/deep/b.md',
    work: async (memory: Memory) => void (await memory.put(put('swarm/new/deep/b.md', newText))),
    legal: [undefined, newText],
    end: newText,
    nStates: 13,
  },
  'a removal': {
    key: 'swarm/env-setup/a.md',
    work: async (memory: Memory) =>
      void (await memory.remove({ key: 'swarm/env-setup/a.md', ifVersion: 1, by, reason: 'old' })),
    legal: [oldText, undefined],
    end: undefined,
    nStates: 3,
  },
} as const;
type Scene = (typeof scenes)[keyof typeof scenes];
const put = (key: string, text: string) => ({ key, kind: 'state', text, by }) as const;

it.each(Object.entries(scenes))(
  '%s is old or new and whole after a power failure at any moment (F13)',
  async (_name, scene) => {
    const { nStates, harms } = await tryFailures(scene);
    expect(harms).toEqual([]);
    expect(nStates).toBeGreaterThanOrEqual(scene.nStates);
  },
);

it.each(['sync-file', 'sync-folder'] as const)('the same without %s does harm (F13, the control)', async (without) => {
  const { harms } = await tryFailures(scenes['a new version'], without);
  expect(harms.length).toBeGreaterThan(0);
});

/** Records the work once, lays out every disk that a failure may leave with what was on record at that moment, and looks at it. */
async function tryFailures(scene: Scene, without?: 'sync-file' | 'sync-folder') {
  const memory = place.open();
  await memory.put(put('swarm/env-setup/a.md', oldText));
  const records = new Map<number, Set<string>>();
  // A commit is on the disk when SQLite returns from it: what another connection sees is what is left.
  const onStep = (nSteps: number): void => {
    const copy = join(place.dir, '..', `record-${nSteps}-${records.get(nSteps)?.size ?? 0}.db`);
    const db = new DatabaseSync(join(place.stateDir, 'memory.db'), { readOnly: true });
    db.prepare('VACUUM INTO ?').run(copy);
    db.close();
    records.set(nSteps, (records.get(nSteps) ?? new Set()).add(copy));
  };
  const recording = await recordDisk({
    dir: place.dir,
    work: () => scene.work(memory),
    onStep,
    ...(without === undefined ? {} : { without }),
  });
  onStep(recording.disk.log.length);
  await memory.close();
  const harms: string[] = [];
  const seen = new Set<string>();
  for (const [nSteps, copies] of records) {
    const isOver = nSteps === recording.disk.log.length;
    for (const [index, record] of [...copies].entries()) {
      const legal = isOver && index === copies.size - 1 ? [scene.end] : scene.legal;
      for (const disk of recording.disk.crashDisksAt(nSteps)) {
        const state = `${disk.toText()} ${hash('sha256', fs.readFileSync(record))} ${legal.length}`;
        if (seen.has(state)) continue;
        seen.add(state);
        const harm = await findHarm({ recording, disk, record, scene, legal });
        if (harm !== undefined) harms.push(`after step ${nSteps}: ${harm}`);
      }
    }
  }
  return { nStates: seen.size, harms };
}

async function findHarm(state: {
  readonly recording: Recording;
  readonly disk: Recording['disk'];
  readonly record: string;
  readonly scene: Scene;
  readonly legal: readonly (string | undefined)[];
}): Promise<string | undefined> {
  const { recording, disk, record, scene, legal } = state;
  const after = makeMemoryPlace();
  const memory = after.open();
  try {
    recording.layOut(disk, after.dir);
    fs.copyFileSync(record, join(after.stateDir, 'memory.db'));
    const { noticed, problems } = await memory.sync();
    if (noticed.length + problems.length > 0)
      return `${JSON.stringify([...noticed, ...problems])} is taken for an edit`;
    const entry = await memory.get(scene.key);
    if (!legal.includes(entry?.text)) return `the entry is ${JSON.stringify(entry?.text.slice(0, 30))}`;
    if (after.read(scene.key) !== entry?.text) return 'file and entry differ';
    if ((await memory.get('swarm/env-setup/a.md', 1))?.text !== oldText) return 'the old version is lost';
    const wrong = await memory.verify();
    return wrong.length > 0 ? JSON.stringify(wrong) : undefined;
  } finally {
    await memory.close();
    await after.remove();
  }
}
