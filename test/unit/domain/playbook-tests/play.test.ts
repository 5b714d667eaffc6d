import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { judgeCase } from '../../../../src/domain/playbook-tests/judge.ts';
import { playPlaybook } from '../../../../src/domain/playbook-tests/play.ts';
import { readPlaybookTest } from '../../../../src/domain/playbook-tests/playbook-test.ts';

const playbook = parsePlaybook({
  file: 'playbooks/tidy.yaml',
  origin: 'installation',
  text: `
id: tidy
title: Tidy
description: Everything that a step can say.
triggers: [tidy up]
inputs:
  packs: { description: Which., default: 'a,b' }
tree: env-setup
plan: env.choose
risk: low
steps:
  - { id: look, title: Look, action: env.record, agent: x, timeout: 1m }
  - id: mend
    title: Mend one
    action: env.lock
    agent: x
    needs: [look]
    for-each: inputs.packs.split(",")
    when: item != "skip-me"
    with: { pack: '\${item}', of: '\${steps.look.output.nPackages}' }
    check: output.ok
    compensate: { action: files.write, with: { pack: '\${item}' } }
    timeout: 1m
    retries: 1
  - id: tell
    title: Tell
    action: env.lock
    agent: x
    needs: [mend]
    when: steps.mend.outputs.size() > 1
    timeout: 1m
  - id: stop
    title: Stop
    action: env.lock
    agent: x
    needs: [tell]
    waits-for: [ops-maint:maintenance_window_approved]
    approval: Production stops.
    compensate: { action: files.write }
    timeout: 1m
`,
});

/** Reads a test with one case. */
const readCase = (given: string, expected: string) =>
  readPlaybookTest({
    file: 'playbooks/tidy.test.yaml',
    origin: 'installation',
    text: `playbook: tidy\ncases:\n  - name: one\n    given: ${given}\n    expect: ${expected}\n`,
  });

/** Plays a case and says what was otherwise. */
function otherwise(given: string, expected: string): readonly string[] {
  const test = readCase(given, expected);
  const [one] = test.value.cases;
  if (one === undefined) throw new Error('no case');
  return judgeCase(test, 0, playPlaybook(playbook, one.given)).map(({ message }) => message);
}

const good = 'outputs: { look: { nPackages: 2 }, mend: { ok: true } }';
const open = 'conditions: [ops-maint:maintenance_window_approved]';

/** What takes a step back reads what that step reported. */
const undoing = (id: string) => ({
  compensate: { action: 'files.write', agent: 'x', with: { was: `\${steps.${id}.state}` }, timeoutMs: 1 },
});

describe('a playbook that is played', () => {
  it('goes through lists, waits, questions and arguments to its end', () => {
    expect(
      otherwise(
        `{ ${good}, ${open}, answers: { stop: approved } }`,
        `{ outcome: done, order: [look, mend.1, mend.2, tell, stop], skipped: [], asks: [stop], waits: {}, taken-back: [], arguments: { mend.2: { pack: b, of: '2' } } }`,
      ),
    ).toEqual([]);
  });

  it('waits for a condition before it asks, and pauses where nobody answers', () => {
    expect(
      otherwise(
        `{ ${good} }`,
        '{ outcome: waiting, asks: [], waits: { stop: [ops-maint:maintenance_window_approved] } }',
      ),
    ).toEqual([]);
    expect(otherwise(`{ ${good}, ${open} }`, '{ outcome: paused, asks: [stop] }')).toEqual([]);
  });

  it('takes back the last first when a person says no, a later step fails, or the change is rejected', () => {
    const yes = `${good}, ${open}, answers: { stop: approved }`;
    expect(
      otherwise(
        `{ ${good}, ${open}, answers: { stop: rejected } }`,
        '{ outcome: cancelled, taken-back: [mend.2, mend.1] }',
      ),
    ).toEqual([]);
    expect(
      otherwise(
        `{ ${yes}, fails: { stop: SMOKE_FAILED } }`,
        '{ outcome: failed, fault: SMOKE_FAILED, taken-back: [stop, mend.2, mend.1] }',
      ),
    ).toEqual([]);
    expect(
      otherwise(`{ ${yes}, review: rejected }`, '{ outcome: failed, taken-back: [stop, mend.2, mend.1] }'),
    ).toEqual([]);
  });

  it('does not take back with what a step would have reported where it reported nothing', () => {
    const steps = playbook.steps.map((one) => (one.id === 'mend' ? one : { ...one, ...undoing(one.id) }));
    const [one] = readCase(
      `{ ${good}, ${open}, answers: { stop: approved }, fails: { stop: SMOKE_FAILED } }`,
      '{ outcome: failed }',
    ).value.cases;
    if (one === undefined) throw new Error('no case');
    expect(playPlaybook({ ...playbook, steps }, one.given).takenBack).toEqual(['tell', 'mend.2', 'mend.1', 'look']);
  });

  it('takes back what was done though its check says no', () => {
    expect(
      otherwise(
        '{ outputs: { look: { nPackages: 2 }, mend: [{ ok: true }, { ok: false }] } }',
        '{ outcome: failed, fault: STEP_CHECK_FAILED, order: [look, mend.1, mend.2], taken-back: [mend.2, mend.1] }',
      ),
    ).toEqual([]);
  });

  it('leaves out one thing of a list, and a step with it', () => {
    expect(
      otherwise(
        `{ inputs: { packs: 'a,skip-me' }, outputs: { look: { nPackages: 2 }, mend: [{ ok: true }] }, ${open}, answers: { stop: approved } }`,
        '{ outcome: done, order: [look, mend.1, stop], skipped: [mend.2, tell] }',
      ),
    ).toEqual([]);
  });

  it('tries one thing of a list as often as the step may be tried', () => {
    expect(
      otherwise(
        `{ ${good}, fails: { mend.2: { code: PROCESS_FAILED, times: 1 } } }`,
        '{ outcome: waiting, attempts: { mend.1: 1, mend.2: 2 } }',
      ),
    ).toEqual([]);
    expect(
      otherwise(
        `{ ${good}, fails: { mend.2: PROCESS_FAILED } }`,
        '{ outcome: failed, attempts: { mend.2: 2 }, taken-back: [mend.2, mend.1] }',
      ),
    ).toEqual([]);
  });

  it('says what is otherwise', () => {
    expect(
      otherwise(
        `{ ${good} }`,
        '{ outcome: done, order: [look], asks: [stop], fault: SMOKE_FAILED, arguments: { mend.1: { pack: b } } }',
      ),
    ).toEqual([
      'outcome is waiting, not done',
      'order is look, mend.1, mend.2, tell, not look',
      'asks is nothing, not stop',
      'fault is none, not SMOKE_FAILED',
      'arguments.mend.1.pack is a, not b',
    ]);
  });
});
