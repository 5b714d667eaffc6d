import { expect, it } from 'vitest';

import { attemptOfMark } from '../../../../src/engine/tasks/attempt-of-mark.ts';
import { executing } from '../runs/run-scene.ts';

const step = (id: string) => ({
  ...{ id, title: id, action: 'env.lock', agent: 'package-manager', needs: [], with: {}, timeoutMs: 1, retries: 0 },
});

it('a mark of this installation names the attempt, also one of a list and one that takes another back; no other mark does', async () => {
  const { life } = await executing({ steps: [step('lock'), step('undo')] });
  const { engine } = life;
  const agentOf = (mark: string): string | undefined => attemptOfMark(engine, mark)?.agent;
  const { id } = engine.config;
  const tasks = ['lock', 'lock.2', 'undo.lock', 'undo.lock.2', 'undo', 'undo.2'];
  expect(tasks.filter((task) => agentOf(`${id}/r1.${task}#1`) !== 'package-manager')).toEqual([]);
  expect(attemptOfMark(engine, `${id}/r1.lock#3`)).toMatchObject({ run: 'r1', tree: 'env-setup' });
  const marks = [
    'another/r1.lock#1',
    `x${id}/r1.lock#1`,
    `${id}/${id}/r1.lock#1`,
    'r1.lock#1',
    `${id}/r1.lock`,
    `${id}/r2.lock#1`,
    `${id}/r1.build#1`,
    `${id}/r1.lock#1 `,
    `${id}/i4`,
  ];
  expect(marks.filter((mark) => agentOf(mark) !== undefined)).toEqual([]);
});
