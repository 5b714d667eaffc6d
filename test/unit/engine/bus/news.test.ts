import { describe, expect, it } from 'vitest';

import { entrySentence } from '../../../../src/app/views/journal-line.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { createNewsDesk } from '../../../../src/engine/bus/publish-news.ts';
import { passUntil, startEngine, startSupervisor } from '../../../fakes/fake-life.ts';
import { createWorld, type World } from '../../../fakes/fake-world.ts';
import { approveChange, by, options, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const channels: Readonly<Record<string, readonly string[]>> = {
  'env-setup': ['new_python_version_available', 'dependency_conflict_detected', 'environment_ready_for_testing'],
  'models-integ': ['model_path_configuration_changed', 'new_models_available', 'model_validation_complete'],
  'ops-maint': ['performance_degradation_detected', 'memory_pressure_alert', 'service_restart_required'],
};

/** The world's trees publish and listen as the built-in ones do. */
function publishing(world: World): World {
  const listens: Readonly<Record<string, string>> = {
    'env-setup': 'ops-maint',
    'models-integ': 'env-setup',
    'ops-maint': 'models-integ',
  };
  const trees = new Map(
    [...world.context.definitions.trees].map(([id, tree]) => [
      id,
      { ...tree, channels: channels[id] ?? [], listens: channels[listens[id] ?? ''] ?? [] },
    ]),
  );
  return { ...world, context: { ...world.context, definitions: { ...world.context.definitions, trees } } };
}

const sent = (world: World) => world.context.bus.newest(100).map(({ to, subject }) => `${to} ${subject}`);

describe('the channels of the trees', () => {
  it('are told once what a run shows on record', async () => {
    const scene = await supervised({}, publishing);
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await passUntil(scene.world, () => sent(scene.world).length > 0);
    expect(sent(scene.world)).toEqual([
      expect.stringMatching(/^topic:environment_ready_for_testing c1 is proven in environment [0-9a-f]{12}$/),
    ]);
    const [message] = scene.world.context.bus.newest(1);
    const gate = scene.world.ledgers.open().latest('gate:c1');
    expect(message).toMatchObject({ from: 'supervisor:', body: { tree: 'env-setup', row: gate?.seq, run: 'r1' } });
    const mailboxes = scene.world.context.bus.deliveriesOf(message?.id ?? 0).map(({ mailbox }) => mailbox);
    expect(mailboxes).toEqual(['tree:models-integ']);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await approveChange(scene, 'c1');
    await scene.until('c1', 'verified');
    await scene.world.clock.advance(10_000);
    expect(sent(scene.world)).toHaveLength(1);
  });

  it('are told of a plan that no version fits', async () => {
    const index = {
      numpy: { '2.0.0': {}, '2.1.0': { needs: ['pillow<1'] } },
      pillow: { '11.0.0': {} },
      torch: { '2.8.0': {} },
    };
    const scene = await supervised({ index }, publishing);
    await scene.ask('run.start', { goal: 'upgrade numpy to 2.1.0', options, by });
    await scene.until('r1', 'failed');
    await passUntil(scene.world, () => sent(scene.world).length > 0);
    expect(sent(scene.world)[0]).toMatch(/^topic:dependency_conflict_detected r1 failed: PACKAGE_/);
  });

  it('are told nothing of what is older than a day, and nothing that no tree publishes', async () => {
    const made = await createWorld();
    const life = await startEngine(publishing(made));
    const device = { name: 'RTX 3060', memoryBytes: 12 * 2 ** 30, freeBytes: 2 ** 30 };
    const asked = () =>
      life.engine.ledger.append([row('graphics.asked', { run: 'r1', port: 8188, device }, { run: 'r1' })]);
    await asked();
    await made.clock.advance(25 * 60 * 60_000);
    await createNewsDesk(life.engine).look();
    expect(sent(made)).toEqual([]);
    await asked();
    await createNewsDesk(life.engine).look();
    await createNewsDesk(life.engine).look();
    expect(sent(made)).toEqual([
      'topic:memory_pressure_alert RTX 3060 has 1024 MiB of 12288 MiB free, and r1 needs it',
    ]);

    const other = await startEngine(await createWorld());
    await other.engine.ledger.append([row('graphics.asked', { run: 'r1', port: 8188, device }, { run: 'r1' })]);
    await createNewsDesk(other.engine).look();
    expect(other.engine.bus.newest(10)).toEqual([]);
  });

  it('are not told again what they were told, though the message is forgotten by now', async () => {
    const made = await createWorld();
    const life = await startEngine(publishing(made));
    const device = { name: 'RTX 3060', memoryBytes: 12 * 2 ** 30, freeBytes: 2 ** 30 };
    await life.engine.ledger.append([row('graphics.asked', { run: 'r1', port: 8188, device }, { run: 'r1' })]);
    await createNewsDesk(life.engine).look();
    const { mail } = made.ledgers;
    expect(mail.messages).toHaveLength(1);
    mail.deliveries = [];
    mail.messages.length = 0;
    // As after a restart: the row is read anew, and no message has its key.
    await createNewsDesk(life.engine).look();
    expect(mail.messages).toEqual([]);
  });

  it('reach everybody else when a mailbox is full, and the journal says who missed what', async () => {
    const made = await createWorld();
    const world = publishing(made);
    const trees = new Map(
      [...world.context.definitions.trees].map(([id, tree]) => [id, { ...tree, listens: ['memory_pressure_alert'] }]),
    );
    const definitions = { ...world.context.definitions, trees };
    const life = await startEngine({ ...world, context: { ...world.context, definitions } });
    const { bus, ledger } = life.engine;
    const { mail } = made.ledgers;
    Object.assign(mail.limits, { mailbox: 1 });
    await bus.send(
      {
        ...({ from: 'person:anna', to: 'tree:env-setup', kind: 'note', subject: 'lies there', body: {} } as const),
        ...{ dedup: null, expiresAtMs: null, inReplyTo: null, run: null },
      },
      ['tree:env-setup'],
    );
    const device = { name: 'RTX 3060', memoryBytes: 12 * 2 ** 30, freeBytes: 2 ** 30 };
    for (const run of ['r1', 'r2']) await ledger.append([row('graphics.asked', { run, port: 8188, device }, { run })]);
    await createNewsDesk(life.engine).look();
    await createNewsDesk(life.engine).look();
    const placesOf = (id: number) => bus.deliveriesOf(id).map(({ mailbox }) => mailbox);
    expect(placesOf(2)).toEqual(['tree:models-integ', 'tree:ops-maint']);
    expect(bus.newest(10)).toHaveLength(2);
    expect(ledger.read({ kinds: ['bus.missed'] }).map(entrySentence)).toEqual([
      expect.stringMatching(/^tree:env-setup is full and not told what #\d+ is on memory_pressure_alert: /),
      expect.stringMatching(/^tree:env-setup, .* are full and not told what #\d+ is on memory_pressure_alert: /),
    ]);
  });
});
