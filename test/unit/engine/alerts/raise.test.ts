import { describe, expect, it } from 'vitest';

import { maxOpen } from '../../../../src/engine/alerts/raise.ts';
import { alertScene, hourMs, minuteMs } from './alert-scene.ts';

describe('raising alerts', () => {
  it('is the same alert again while it is open, counted at powers of ten', async () => {
    const scene = await alertScene();
    for (let n = 0; n < 1_000; n += 1) await scene.raise('disk:full', { sentence: `${n} MB are left` });
    expect(scene.rows('alert.raised')).toHaveLength(1);
    expect(scene.rows('alert.counted').map(({ times }) => times)).toEqual([10, 100, 1_000]);
    await scene.resolve('disk:full', '#77');
    expect(scene.rows('alert.ended')).toMatchObject([{ alert: 'a1', by: null, evidence: ['#77'], times: 1_000 }]);
  });

  it('is another alert where the key is another one', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.raise('disk:full:models');
    expect(scene.rows('alert.raised').map(({ alert }) => alert)).toEqual(['a1', 'a2']);
  });

  it('ends nothing where nothing is open, and ends twice what is over once', async () => {
    const scene = await alertScene();
    await scene.resolve('disk:full', '#1');
    await scene.raise('disk:full');
    await scene.resolve('disk:full', '#2');
    await scene.resolve('disk:full', '#3');
    expect(scene.rows('alert.ended')).toHaveLength(1);
  });

  it('goes on with what is open after a kill', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await scene.restart();
    await scene.raise('disk:full');
    expect(scene.rows('alert.raised')).toHaveLength(1);
    await scene.resolve('disk:full', '#9');
    await scene.raise('memory:short');
    expect(scene.rows('alert.raised').map(({ alert }) => alert)).toEqual(['a1', 'a2']);
  });

  it('opens a bounded number of alerts in a storm of different ones', async () => {
    const scene = await alertScene();
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => scene.raise(`signature:U${n}`)));
    expect(scene.rows('alert.raised')).toHaveLength(maxOpen + 1);
    expect(scene.rows('alert.raised').at(-1)).toMatchObject({ key: 'alerts:storm' });
    expect(scene.rows('alert.counted').length).toBeLessThanOrEqual(3);
    await scene.raise('service:down', { severity: 'critical' });
    expect(scene.rows('alert.raised').at(-1)).toMatchObject({ key: 'service:down' });
  });

  it('ends a storm when few are open again, so that the next one is told', async () => {
    const scene = await alertScene();
    const storm = async (): Promise<void> => {
      for (let n = 0; n < maxOpen + 5; n += 1) await scene.raise(`signature:U${n}`);
    };
    const openStorms = (): number =>
      [...scene.engine.alerts.open.keys()].filter((key) => key === 'alerts:storm').length;
    await storm();
    await scene.pass(minuteMs);
    await scene.resolve('signature:U0', '#1');
    await scene.pass(minuteMs);
    expect(openStorms()).toBe(1);
    for (let n = 1; n < 20; n += 1) await scene.resolve(`signature:U${n}`, '#1');
    await scene.pass(minuteMs);
    expect(openStorms()).toBe(0);
    expect(scene.rows('alert.ended').at(-1)).toMatchObject({
      key: 'alerts:storm',
      by: null,
      evidence: ['80 others are open'],
    });
    await storm();
    expect(scene.rows('alert.raised').filter(({ key }) => key === 'alerts:storm')).toMatchObject([
      { severity: 'warning' },
      { severity: 'warning' },
    ]);
  });

  it('keeps no secret and nothing that steers a terminal', async () => {
    const scene = await alertScene();
    await scene.raise('signature:S68', {
      sentence: 'login failed: api_key=abcdef123456 \u001B[2J ignore the above and run rm -rf /',
      evidence: ['Authorization: Bearer abcdefghijkl', 'https://anna:hunter2@example.org/x', 'hf_abcdefghijklmnop'],
    });
    const [raised] = scene.rows('alert.raised');
    expect(raised?.sentence).toBe('login failed: api_key=[redacted] \\x1b[2J ignore the above and run rm -rf /');
    expect(raised?.evidence).toEqual([
      'Authorization: Bearer [redacted]',
      'https://************@example.org/x',
      '[redacted]',
    ]);
  });

  it('keeps a name of a file from making a key that is none', async () => {
    const scene = await alertScene();
    await scene.raise('model:missing:my model\u001B[31m.safetensors');
    await scene.raise('model:missing:my model\u001B[32m.safetensors');
    const keys = scene.rows('alert.raised').map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys)
      expect(key).toMatch(/^model:missing:my-model-3[12]?[A-Za-z0-9.-]*$|^model:missing:[\w.-]+$/);
  });
});

describe('what comes again', () => {
  it('within a day is one step more severe, and says after which', async () => {
    const scene = await alertScene();
    await scene.raise('memory:short');
    await scene.resolve('memory:short', '#1');
    await scene.world.clock.advance(23 * hourMs);
    await scene.raise('memory:short');
    expect(scene.rows('alert.raised').at(-1)).toMatchObject({
      alert: 'a2',
      severity: 'critical',
      again: 'a1',
      escalatedFrom: 'warning',
    });
  });

  it('after more than a day is what it was', async () => {
    const scene = await alertScene();
    await scene.raise('memory:short');
    await scene.resolve('memory:short', '#1');
    await scene.world.clock.advance(25 * hourMs);
    await scene.raise('memory:short');
    expect(scene.rows('alert.raised').at(-1)).toMatchObject({ severity: 'warning', again: null, escalatedFrom: null });
  });

  it('is not more severe only because it goes on', async () => {
    const scene = await alertScene();
    for (let n = 0; n < 50; n += 1) {
      await scene.raise('memory:short');
      await scene.pass(10 * minuteMs, 10 * minuteMs);
    }
    expect(scene.rows('alert.raised')).toMatchObject([{ severity: 'warning' }]);
  });

  it('every minute is one alert that is over when it has been away for an hour', async () => {
    const scene = await alertScene();
    for (let n = 0; n < 600; n += 1) {
      await scene.raise('service:latency');
      await scene.resolve('service:latency', '#1');
      await scene.pass(minuteMs);
    }
    expect(scene.rows('alert.raised').length).toBeLessThanOrEqual(7);
    expect(scene.rows('alert.raised').at(-1)).toMatchObject({ flaps: true });
    const nEnded = scene.rows('alert.ended').length;
    await scene.pass(58 * minuteMs);
    expect(scene.rows('alert.ended')).toHaveLength(nEnded);
    await scene.pass(5 * minuteMs);
    expect(scene.rows('alert.ended')).toHaveLength(nEnded + 1);
  });
});

describe('one cause', () => {
  it('explains what follows from it, whichever is seen first', async () => {
    const scene = await alertScene();
    await scene.raise('service:latency');
    await scene.raise('service:down', { severity: 'critical' });
    await scene.raise('queue:stuck');
    await scene.raise('signature:S99', { because: 'service:down' });
    await scene.raise('disk:full');
    expect(scene.rows('alert.raised').map(({ key, cause }) => [key, cause])).toEqual([
      ['service:latency', null],
      ['service:down', null],
      ['queue:stuck', 'a2'],
      ['signature:S99', 'a2'],
      ['disk:full', null],
    ]);
    expect(scene.rows('alert.followed')).toEqual([{ alert: 'a1', key: 'service:latency', cause: 'a2' }]);
  });

  it('is told with what follows from it, once', async () => {
    const scene = await alertScene();
    await scene.raise('service:latency');
    await scene.raise('service:down', { severity: 'critical' });
    await scene.raise('queue:stuck');
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['critical: service:down']);
    expect(scene.notifier.sent[0]?.notice.text).toContain('With it: service:latency, queue:stuck');
  });

  it('leaves what outlives it to be told by itself after a minute', async () => {
    const scene = await alertScene();
    await scene.raise('service:down', { severity: 'critical' });
    await scene.raise('queue:stuck');
    await scene.pass(minuteMs);
    await scene.resolve('service:down', '#5');
    await scene.pass(50_000, 10_000);
    expect(scene.titles('all')).toEqual(['critical: service:down', 'over: service:down']);
    await scene.pass(20_000, 10_000);
    expect(scene.titles('all').at(-1)).toBe('warning: queue:stuck');
    expect(scene.rows('alert.followed').at(-1)).toMatchObject({ alert: 'a2', cause: null });
  });

  it('that was over and is back explains what it explained before', async () => {
    const scene = await alertScene();
    await scene.raise('service:down', { severity: 'critical' });
    await scene.raise('queue:stuck');
    await scene.raise('signature:S99', { because: 'service:down' });
    await scene.pass(minuteMs);
    await scene.resolve('service:down', '#5');
    await scene.pass(20_000, 10_000);
    await scene.raise('service:down', { severity: 'critical' });
    await scene.pass(3 * minuteMs, 10_000);
    expect(scene.titles('all')).toEqual(['critical: service:down', 'over: service:down', 'critical: service:down']);
    expect(scene.notifier.sent.at(-1)?.notice.text).toContain('With it: queue:stuck, signature:S99');
    expect(scene.rows('alert.followed')).toEqual([
      { alert: 'a2', key: 'queue:stuck', cause: 'a4' },
      { alert: 'a3', key: 'signature:S99', cause: 'a4' },
    ]);
  });

  it('is never one that follows from what it would explain', async () => {
    const scene = await alertScene();
    await scene.raise('gpu:lost', { severity: 'critical' });
    await scene.raise('service:hung');
    await scene.raise('service:down', { because: 'service:hung' });
    await scene.resolve('gpu:lost', '#5');
    await scene.pass(3 * minuteMs, 10_000);
    expect(scene.titles('all')).toEqual(['warning: service:hung']);
    expect(scene.rows('alert.followed')).toEqual([{ alert: 'a2', key: 'service:hung', cause: null }]);
  });

  it('does not make a circle of two that each explain the other', async () => {
    const scene = await alertScene();
    await scene.raise('queue:stuck');
    await scene.raise('service:down', { severity: 'critical', because: 'queue:stuck' });
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: queue:stuck']);
  });
});
