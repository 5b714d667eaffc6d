import { expect, test } from 'vitest';

import type { Answered } from '../../demo/drill/answer.ts';
import { emergenciesOf } from '../../demo/drill/emergencies.ts';
import type { Alert, SeenRun } from '../../demo/drill/journal.ts';
import { newCourse, reportOf } from '../../demo/drill/report.ts';

const alert: Alert = { alert: 'al1', key: 'signature:s61', sentence: 'x', raisedAtMs: 2_000, row: 7, ended: null };
const run: SeenRun = {
  ...{ run: 'r1', row: 8, startedAtMs: 3_000, endedAtMs: 9_000, state: 'done', isFinal: true },
  ...{ waiting: null, plan: null, fault: null, steps: [] },
};

/** What came of a drill in which a person had the playbook run that says this at its end. */
function answeredWith(id: string, said: string, more: Partial<Answered> = {}, left = 0) {
  const [emergency] = emergenciesOf([id]);
  if (emergency === undefined) throw new Error(id);
  const steps = [{ id: 'advise', sentence: said, row: 9, state: 'done' }];
  const answered: Answered = { chosen: id, run: { ...run, steps }, asked: [], problem: null, ...more };
  return reportOf(
    emergency,
    { ...newCourse(), madeMs: 1_000, alert, answered, worksAgain: true },
    { without: null, tookMs: 1, stopped: 0, left },
  );
}

test('a drill of a missing model is good only where the answer names the model', () => {
  expect(answeredWith('model-missing', 'i3 answers; nothing is left to do')).toMatchObject({
    ...{ ok: false, problem: 'its answer does not name drill.safetensors: i3 answers; nothing is left to do' },
  });
  expect(answeredWith('model-missing', 'A workflow asks for drill.safetensors: download it.')).toMatchObject({
    ...{ ok: true, problem: null },
  });
  expect(answeredWith('out-of-memory', 'i3 answers; nothing is left to do').ok).toBe(true);
});

test('a drill whose run came to no good end is not good, whatever works again', () => {
  const problem = 'r1 is failed: it did not end in time';
  expect(answeredWith('out-of-memory', 'x', { problem })).toMatchObject({ ok: false, problem });
});

test('a drill that leaves a process is not good', () => {
  expect(answeredWith('out-of-memory', 'x', {}, 1)).toMatchObject({ ok: false, left: 1 });
  expect(answeredWith('out-of-memory', 'x')).toMatchObject({ ok: true, left: 0 });
});
