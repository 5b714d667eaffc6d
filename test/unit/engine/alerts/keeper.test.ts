import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { anna } from '../../../fakes/fake-world.ts';
import { type AlertScene, alertScene, hourMs, minuteMs, twoTargets } from './alert-scene.ts';

const unreachable = () => new Fault('NOTICE_FAILED', 'mail ended with 75');

describe('telling', () => {
  it('says each alert once to whom it is severe enough for, and its end', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.raise('service:down', { severity: 'critical', hints: ['orchestrate service status'] });
    await scene.pass(5 * minuteMs);
    await scene.resolve('service:down', '#12');
    await scene.pass(5 * minuteMs);
    expect(scene.titles('all')).toEqual(['critical: service:down', 'warning: disk:full', 'over: service:down']);
    expect(scene.titles('pager')).toEqual(['critical: service:down', 'over: service:down']);
    const [first] = scene.notifier.sent;
    expect(first?.notice.text).toContain('orchestrate service status');
    expect(scene.notifier.sent.at(-1)?.notice.text).toContain('shown by #12');
  });

  it('waits until a cause could have come', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.pass(8_000, 2_000);
    expect(scene.notifier.sent).toEqual([]);
    await scene.pass(4_000, 2_000);
    expect(scene.titles('all')).toEqual(['warning: disk:full']);
  });

  it('says nothing of what was over before, and of nothing on a quiet day', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.resolve('disk:full', '#2');
    const nRows = scene.engine.ledger.head().seq;
    await scene.pass(24 * hourMs, 10 * minuteMs);
    expect(scene.notifier.sent).toEqual([]);
    expect(scene.engine.ledger.head().seq).toBe(nRows);
  });

  it('says nothing again after a kill', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.pass(minuteMs);
    await scene.restart();
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toHaveLength(1);
    await scene.resolve('disk:full', '#4');
    await scene.restart();
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: disk:full', 'over: disk:full']);
  });

  it('does not send again what a kill kept from being written', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    const key = 'tell:all:opened:a1';
    const data = { key, name: 'tell all of a1', output: {}, how: 'did', durationMs: 1 } as const;
    await scene.engine.ledger.append([row('effect.done', data, { keys: [`effect:${key}`] })]);
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual([]);
    expect(scene.rows('alert.told')).toMatchObject([{ target: 'all', alerts: ['a1'] }]);
  });

  it('puts a storm into few notices and few rows', async () => {
    const scene = await alertScene();
    for (let n = 0; n < 1_000; n += 1) {
      await scene.raise(`signature:U${n}`);
      if (n % 100 === 99) await scene.pass(6_000, 2_000);
    }
    await scene.pass(hourMs);
    expect(scene.titles('all').length).toBeLessThanOrEqual(15);
    expect(scene.engine.ledger.head().seq).toBeLessThan(400);
  });

  it('keeps a quarter of an hour’s notices for what is critical', async () => {
    const scene = await alertScene(`${twoTargets}  per-hour: 4\n`);
    for (let n = 0; n < 10; n += 1) {
      await scene.raise(`disk:${n}`);
      await scene.pass(2 * minuteMs);
    }
    expect(scene.titles('all')).toHaveLength(3);
    await scene.raise('service:down', { severity: 'critical' });
    await scene.pass(2 * minuteMs);
    expect(scene.titles('all').at(-1)).toBe('critical: service:down');
    expect(scene.titles('all')).toHaveLength(4);
    await scene.pass(hourMs);
    expect(scene.titles('all').slice(4)).toEqual(['warning: 7 alerts']);
  });
});

describe('what follows from a cause', () => {
  const acknowledge = async (scene: AlertScene, alert: string) => {
    const data = { alert, by: anna, comment: null };
    const rows = [row('alert.acknowledged', data, { keys: [`alert-ack:${alert}`] })];
    await scene.engine.host.send(alert, { type: 'ACKNOWLEDGE' }, { rows });
  };

  it('is told to whom its cause is not severe enough for', async () => {
    const scene = await alertScene();
    await scene.raise('service:hung');
    await scene.raise('queue:stuck', { severity: 'critical' });
    await scene.pass(hourMs);
    expect(scene.titles('all')).toEqual(['warning: service:hung']);
    expect(scene.titles('pager')).toEqual(['critical: queue:stuck']);
  });

  it('is told where its cause was acknowledged before it was told, and not where after', async () => {
    const scene = await alertScene();
    await scene.raise('service:down', { severity: 'critical' });
    await acknowledge(scene, 'a1');
    await scene.raise('queue:stuck');
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: queue:stuck']);
    await scene.raise('disk:full', { severity: 'critical' });
    await scene.pass(minuteMs);
    await acknowledge(scene, 'a3');
    await scene.raise('disk:short');
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: queue:stuck', 'critical: disk:full']);
  });

  it('is told with the root where what lies between is told nobody by itself', async () => {
    const scene = await alertScene();
    await scene.raise('gpu:lost', { severity: 'critical' });
    await scene.raise('service:hung');
    await scene.raise('signature:s99', { severity: 'critical', because: 'service:hung' });
    await scene.pass(minuteMs);
    expect(scene.titles('pager')).toEqual(['critical: gpu:lost']);
    expect(scene.notifier.sent[0]?.notice.text).toContain('With it: service:hung, signature:s99');
  });
});

describe('a target that cannot be reached', () => {
  it('is tried again after ever longer times', async () => {
    const scene = await alertScene();
    await scene.raise('service:down', { severity: 'critical' });
    await scene.world.clock.advance(10_000);
    scene.notifier.faults.push(...Array.from({ length: 4 }, unreachable));
    for (let n = 0; n < 4; n += 1) {
      await scene.pass(10_000 * 4 ** n, 5_000);
    }
    const failed = scene.rows('alert.notTold');
    expect(failed.length).toBeGreaterThanOrEqual(3);
    expect(failed.length).toBeLessThanOrEqual(4);
    await scene.pass(2 * hourMs);
    expect(scene.titles('all')).toContain('critical: service:down');
    expect(scene.titles('pager')).toContain('critical: service:down');
  });

  it('is an alert for the others', async () => {
    const scene = await alertScene();
    const send = scene.notifier.send.bind(scene.notifier);
    scene.notifier.send = async (target, notice) => {
      if (target.kind === 'command') throw unreachable();
      await send(target, notice);
    };
    await scene.raise('service:down', { severity: 'critical' });
    await scene.pass(hourMs);
    expect(scene.titles('all')).toEqual(['critical: service:down', 'warning: notify:pager']);
  });

  it('is not told that it cannot be told', async () => {
    const scene = await alertScene(`alerts:
  targets: [{ name: pager, kind: command, argv: [/usr/bin/mail], least: informational }]
`);
    await scene.raise('service:down', { severity: 'critical' });
    scene.notifier.faults.push(...Array.from({ length: 5 }, unreachable));
    await scene.pass(6 * hourMs);
    expect(scene.rows('alert.notTold').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(scene.titles('pager')).toEqual(['critical: service:down']);
    expect(scene.rows('alert.raised').map(({ key }) => key)).toEqual(['service:down', 'notify:pager']);
    expect(scene.rows('alert.ended').map(({ key }) => key)).toEqual(['notify:pager']);
  });

  it('costs a bounded number of rows on a day on which it is gone', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    scene.notifier.faults.push(...Array.from({ length: 1_000 }, unreachable));
    await scene.pass(24 * hourMs);
    expect(scene.rows('alert.notTold').length).toBeLessThanOrEqual(30);
  });
});

describe('suppressed alerts', () => {
  const suppress = async (scene: AlertScene, match: string, forMs: number) => {
    const untilMs = scene.world.clock.nowMs() + forMs;
    const data = { id: 's1', match, untilMs, reason: 'known', by: anna };
    await scene.engine.ledger.append([row('alert.suppressed', data, { keys: ['suppression:s1', 'suppressions'] })]);
  };

  it('are on record and told nobody, until the time is over', async () => {
    const scene = await alertScene();
    await suppress(scene, 'signature:*', hourMs);
    await scene.raise('signature:S18');
    await scene.raise('disk:full');
    await scene.pass(59 * minuteMs);
    expect(scene.titles('all')).toEqual(['warning: disk:full']);
    expect(scene.rows('alert.raised')).toHaveLength(2);
    await scene.pass(3 * minuteMs);
    expect(scene.titles('all')).toEqual(['warning: disk:full', 'warning: signature:S18']);
  });

  it('are told at once when it is taken back', async () => {
    const scene = await alertScene();
    await suppress(scene, 'disk:full', hourMs);
    await scene.raise('disk:full');
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual([]);
    const keys = ['suppression:s1', 'suppressions'];
    await scene.engine.ledger.append([row('alert.unsuppressed', { id: 's1', by: anna }, { keys })]);
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: disk:full']);
  });

  it('that are over in the meantime are never told', async () => {
    const scene = await alertScene();
    await suppress(scene, 'disk:*', hourMs);
    await scene.raise('disk:full');
    await scene.resolve('disk:full', '#3');
    await scene.pass(2 * hourMs);
    expect(scene.notifier.sent).toEqual([]);
  });
});
