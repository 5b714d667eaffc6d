import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import type { Settings } from '../../../../src/engine/supervisor/build-engine.ts';
import { createSettingsKeeper } from '../../../../src/engine/supervisor/settings.ts';
import { nothingHappens, passUntil, startEngine, startSupervisor } from '../../../fakes/fake-life.ts';
import { createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';

function rows<Kind extends JournalKind>(world: World, kind: Kind): readonly JournalKinds[Kind][] {
  const found = world.ledgers.open().read({ kinds: [kind], limit: 100 });
  return found.flatMap((entry) => dataOf(kind, entry) ?? []);
}

const file = `${homeDir}/orchestrate.yaml`;
const withTarget = `alerts:
  gather: 0s
  targets: [{ name: pager, kind: command, argv: [/usr/bin/mail] }]
`;

describe('settings that are edited under a supervisor of which nobody asks anything', () => {
  it('are seen, and one that is wrong leaves those that hold, told once, until it is mended', async () => {
    const world = await createWorld();
    const text = (await world.files.readText(file)) ?? '';
    const supervisor = startSupervisor(world, undefined, { readsHome: true });
    await world.clock.advance(5_000);
    world.files.put(file, `${text}${withTarget}`);
    await world.clock.advance(15_000);
    world.files.put(file, `${text}${withTarget}surprise: 1\n`);
    // Only the edit before names the target that is told of it.
    await passUntil(world, () => rows(world, 'alert.told').length > 0);
    expect(rows(world, 'alert.raised')).toMatchObject([
      { key: 'settings:invalid', severity: 'warning', sentence: expect.stringContaining('orchestrate.yaml:') },
    ]);
    await world.clock.advance(60_000);
    expect(rows(world, 'alert.raised')).toHaveLength(1);
    expect(rows(world, 'alert.counted')).toEqual([]);
    world.files.put(file, `${text}${withTarget}`);
    await passUntil(world, () => rows(world, 'alert.ended').length > 0);
    expect(rows(world, 'supervisor.stopped')).toEqual([]);
    await supervisor.stop();
  });
});

describe('the keeper of settings', () => {
  async function kept() {
    const world = await createWorld();
    const { engine } = await startEngine(world, { effects: nothingHappens });
    const applied: Settings[] = [];
    const warned: string[] = [];
    let nRead = 0;
    const made = { answer: (): Settings => ({ config: engine.config, definitions: engine.definitions }) };
    const { outside } = engine;
    const log = { ...outside.log, warn: (message: string) => void warned.push(message) };
    const keeper = createSettingsKeeper(
      { ...engine, outside: { ...outside, log } },
      {
        apply: (settings) => void applied.push(settings),
        reload: async () => {
          nRead += 1;
          return made.answer();
        },
      },
    );
    const later = async (ms: number) => {
      await world.clock.advance(ms);
      await keeper.look();
    };
    return { world, keeper, made, applied, warned, later, nRead: () => nRead };
  }

  it('reads every ten seconds, and not sooner after a request did', async () => {
    const { keeper, applied, later, nRead } = await kept();
    for (let n = 0; n < 30; n += 1) await later(1_000);
    expect([nRead(), applied.length]).toEqual([3, 3]);
    await later(9_000);
    await keeper.read();
    await later(2_000);
    expect(nRead()).toBe(4);
    await later(8_000);
    expect(nRead()).toBe(5);
  });

  it('gives what is wrong to the request, and tells of it alone only when it is the same twice', async () => {
    const { world, keeper, made, applied, warned, later } = await kept();
    const wrong = (message: string) => () => {
      throw new Fault('CONFIG_INVALID', message, { at: { file: 'orchestrate.yaml', line: 7, column: 3 } });
    };
    const { answer } = made;
    made.answer = wrong('half of it is written');
    await expect(keeper.read()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await later(10_000);
    made.answer = answer;
    await later(2_000);
    expect([applied.length, warned, rows(world, 'alert.raised')]).toEqual([1, [], []]);
    made.answer = wrong('no such key');
    for (let n = 0; n < 20; n += 1) await later(10_000);
    expect(applied).toHaveLength(1);
    expect(warned).toHaveLength(1);
    expect(rows(world, 'alert.raised').map(({ sentence }) => sentence)).toEqual([
      'Settings cannot be read; what was read before holds. orchestrate.yaml:7:3: no such key',
    ]);
    // Not even what nobody thought of ends it.
    made.answer = () => {
      throw new TypeError('undefined is not a function');
    };
    await later(2_000);
    await later(2_000);
    expect(warned).toHaveLength(2);
    made.answer = answer;
    await later(2_000);
    expect(applied).toHaveLength(2);
    expect(rows(world, 'alert.ended')).toMatchObject([{ key: 'settings:invalid', by: null }]);
  });
});
