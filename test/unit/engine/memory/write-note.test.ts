import { expect, it } from 'vitest';

import { type MemoryNote, withLine } from '../../../../src/domain/memory/note.ts';
import { writeNote } from '../../../../src/engine/memory/write-note.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeMemory } from '../../../fakes/fake-memory.ts';

const key = 'swarm/env-setup/dependency_conflicts.md';
const by = { kind: 'program', name: 'supervisor' } as const;
const note = (row: number, line: string): MemoryNote => ({
  ...{ key, kind: 'pattern', row, run: 'r1' },
  edit: (before) => withLine(before, { head: '# Conflicts\n', line, row }),
});

it('begins a new page where the old one was refuted, and what was on that one does not come back', async () => {
  const memory = createFakeMemory({ clock: createFakeClock() });
  await writeNote(memory, note(1, '- torch wants numpy 2'), by);
  await memory.put({ key: 'no.md', kind: 'decision', text: 'not so', by, refutes: [{ key, version: 1 }] });
  const added = await writeNote(memory, note(2, '- xformers wants torch 2.9'), by);
  expect(added).toMatchObject({ kind: 'written', version: { version: 2, refutedBy: null } });
  expect(await writeNote(memory, note(1, '- torch wants numpy 2'), by)).toEqual({ kind: 'same' });
  expect((await memory.get(key))?.text).toBe('# Conflicts\n- xformers wants torch 2.9 #2\n');
  // The same said by a later row is another fact.
  await writeNote(memory, note(3, '- torch wants numpy 2'), by);
  expect((await memory.get(key))?.text).toContain('- torch wants numpy 2 #3');
});
