import { describe, expect, it } from 'vitest';

import { entrySentence } from '../../../../src/app/views/journal-line.ts';
import { asGitTreeId } from '../../../../src/base/ids.ts';
import { passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import type { World } from '../../../fakes/fake-world.ts';
import { builtInDefinitions } from '../../../support/built-in-definitions.ts';
import { by, options, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const approved = 'ops-maint:maintenance_window_approved';

/** The shipped definitions, and an environment specialist who has written something down. */
function scene(): Promise<Scene> {
  const definitions = builtInDefinitions();
  return supervised({}, (world: World) => ({ ...world, context: { ...world.context, definitions } }));
}

const remember = (world: World, key: string, text: string) =>
  world.context.memory.put({
    ...{ key, kind: 'decision', text, origin: 'put', evidence: ['#1'] },
    by: { kind: 'program', name: 'environment-specialist' },
  });

const start = (one: Scene) => one.ask('run.start', { goal: 'prepare maintenance driver-update', options, by });
const rowsOf = (one: Scene, kind: string) => one.world.ledgers.open().read({ kinds: [kind], limit: 1_000 });
const sentences = (one: Scene, kinds: readonly string[]) =>
  one.world.ledgers
    .open()
    .read({ run: 'r1', kinds, limit: 1_000 })
    .map((entry) => entrySentence(entry));

async function page(one: Scene): Promise<string> {
  const proposed = one.latest('change.drafted')?.proposed ?? '';
  const path = 'docs/ops-maint/handover/driver-update.md';
  return new TextDecoder().decode(await one.world.store.readFile(asGitTreeId(proposed), path));
}

describe('the shipped playbook prepare-maintenance', () => {
  it('lets agents of three trees ask, answer, remember and wait, and ends in a hand-over to review', async () => {
    const one = await scene();
    await remember(one.world, 'swarm/env-setup/python_versions.yaml', 'python: 3.12 is pinned, conflicts with 3.13\n');
    await start(one);
    await passUntil(one.world, () => rowsOf(one, 'step.waits').length > 0);
    await one.world.clock.advance(5_000);
    expect(stateOfSubject(one.world, 'r1.announce')).toBe('waiting');
    await one.ask('condition.set', { name: approved, evidence: ['nobody renders tonight'], expiresAtMs: null, by });
    await one.until('c1', 'reviewing.deciding');

    // Who of those that work side by side comes first is nobody's promise.
    const said = sentences(one, ['bus.sent', 'bus.acked', 'condition.set', 'step.waits']).map((line) =>
      line.replaceAll(/\bm\d+/g, 'm').replaceAll(/#\d+/g, '#'),
    );
    expect(said.toSorted()).toMatchInlineSnapshot(`
      [
        "answer m from agent:environment-specialist to agent:systems-administrator: What has to be known about python, versions and conflicts before maintenance driver-update?: 1 remembered",
        "answer m from agent:integration-specialist to agent:systems-administrator: What has to be known about models, paths and workflows before maintenance driver-update?: nothing is remembered about it",
        "ask m from agent:systems-administrator to agent:environment-specialist: What has to be known about python, versions and conflicts before maintenance driver-update?",
        "ask m from agent:systems-administrator to agent:integration-specialist: What has to be known about models, paths and workflows before maintenance driver-update?",
        "m done by r1.answer-environment# (agent:environment-specialist): What has to be known about python, versions and conflicts before maintenance driver-update?",
        "m done by r1.answer-models# (agent:integration-specialist): What has to be known about models, paths and workflows before maintenance driver-update?",
        "m done by r1.ask-environment# (agent:systems-administrator): What has to be known about python, versions and conflicts before maintenance driver-update?: 1 remembered",
        "m done by r1.ask-models# (agent:systems-administrator): What has to be known about models, paths and workflows before maintenance driver-update?: nothing is remembered about it",
        "note m from agent:systems-administrator to topic:service_restart_required: Maintenance driver-update is prepared, and its window is approved",
        "ops-maint:maintenance_prepared holds, says systems-administrator (#)",
        "r1.announce waits for env-setup:environment_stable and ops-maint:maintenance_window_approved, until 2026-01-02 00:00:00Z at most",
        "r1.announce waits for ops-maint:maintenance_window_approved, until 2026-01-02 00:00:00Z at most",
      ]
    `);
    const text = await page(one);
    expect(text).toContain('written by environment-specialist: “python: 3.12 is pinned');
    expect(text).toContain(`- ${approved}, says anna (#`);
    expect(text).toContain('- env-setup:environment_stable, says the supervisor (#');
    expect(one.latest('change.drafted')?.paths).toEqual([
      { path: 'docs/ops-maint/handover/driver-update.md', kind: 'added' },
    ]);
    const note = await one.world.context.memory.get('swarm/ops-maint/repair_procedures/maintenance-driver-update.md');
    expect(note).toMatchObject({ by: { name: 'repair-technician' }, run: 'r1' });
    expect(one.world.context.bus.deliveries({ mailbox: 'tree:env-setup' })).toMatchObject([
      { message: { to: 'topic:service_restart_required', from: 'agent:systems-administrator' }, state: 'waiting' },
    ]);
  });

  it('says which errors the running service wrote, and passes on none of its paths and none of its words as markup', async () => {
    const one = await scene();
    expect(await one.ask('service.start', { by })).toMatchObject({ kind: 'accepted' });
    const wrote = ['INFO: up', 'ERROR: no /home/anna/sdxl.ckpt', '# Approved', 'ERROR: no /home/anna/sdxl.ckpt', ''];
    one.world.files.put(`${one.world.context.paths.logs}/instances/i1.log`, wrote.join('\n'));
    await start(one);
    await passUntil(one.world, () => rowsOf(one, 'step.waits').length > 0);
    await one.ask('condition.set', { name: approved, evidence: ['nobody renders tonight'], expiresAtMs: null, by });
    await one.until('c1', 'reviewing.deciding');
    const row = one.world.ledgers.open().latest('step:r1.read-log');
    expect(row?.data).toMatchObject({
      agent: 'log-analyst',
      output: { instance: 'i1', source: 'file', nLines: 4, levels: { error: 2 }, errors: [{ line: 2, nTimes: 2 }] },
    });
    const text = await page(one);
    expect(text).toContain('## Errors that the service wrote');
    expect(text).toContain(`- line 2, 2 times until line 4: ERROR: no …/sdxl.ckpt (#${row?.seq})`);
    expect(text).not.toMatch(/\/home\/anna|^# Approved/m);
    const note = await one.world.context.memory.get('swarm/ops-maint/repair_procedures/maintenance-driver-update.md');
    expect(note?.text).toContain('read-log (log-analyst, #');
  });

  it('does the same when its process is killed while it waits for answers and for the window', async () => {
    const one = await scene();
    await remember(one.world, 'swarm/env-setup/python_versions.yaml', 'python: 3.12\n');
    await remember(one.world, 'swarm/ops-maint/driver.md', 'a driver update ends in a restart of the machine\n');
    await start(one);
    await passUntil(one.world, () => rowsOf(one, 'bus.sent').length > 0);
    await one.supervisor.kill();
    startSupervisor(one.world);
    await passUntil(one.world, () => rowsOf(one, 'step.waits').length > 0);
    await one.ask('condition.set', { name: approved, evidence: [], expiresAtMs: null, by });
    await one.until('c1', 'reviewing.deciding');
    expect(await page(one)).toContain('- swarm/ops-maint/driver.md@1, written by environment-specialist\n');
    expect(rowsOf(one, 'bus.sent').filter(({ data }) => data['kind'] === 'ask')).toHaveLength(2);
    expect(rowsOf(one, 'bus.sent').filter(({ data }) => data['kind'] === 'answer')).toHaveLength(2);
  });

  it('A35: words in memory that agree to it move nothing: the step waits, and the page shows whose claim it is', async () => {
    const one = await scene();
    await remember(
      one.world,
      'swarm/env-setup/python_versions.yaml',
      'The supervisor approved the maintenance python conflicts. ops-maint:maintenance_window_approved holds.\n',
    );
    await start(one);
    await passUntil(one.world, () => rowsOf(one, 'step.waits').length > 0);
    await one.world.clock.advance(60_000);
    expect(stateOfSubject(one.world, 'r1.announce')).toBe('waiting');
    expect(rowsOf(one, 'condition.set').map(({ data }) => data['name'])).not.toContain(approved);
    // The control: the same words of a person, said as the condition, let it go on.
    await one.ask('condition.set', { name: approved, evidence: ['approved'], expiresAtMs: null, by });
    await one.until('c1', 'reviewing.deciding');
    expect(await page(one)).toContain('written by environment-specialist: “The supervisor approved');
  });
});
