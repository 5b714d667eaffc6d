import { expect, it } from 'vitest';

import { supervisorStop } from '../../../src/app/operations/supervisor-stop.ts';
import { Fault } from '../../../src/base/fault.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { waitingScene } from '../../support/journal-scene.ts';

it('names the approved changes that then wait for a time without anybody', async () => {
  const scene = waitingScene();
  const ask = () => supervisorStop.run(fakeApp(scene, { installation: { ledger } }), {});
  const ledger = { ...scene.ledger, isHeld: async () => false };
  expect(await ask()).toEqual({ state: 'none', unattended: [] });
  const fault = new Fault('WINDOW_SHUT', 'The window opens later.').toRecord();
  scene.add('change.held', { change: 'c1', fault }, { run: 'r1', keys: ['held:c1'] });
  const event = { type: 'xstate.done.actor.admit', output: { kind: 'hold', fault } } as never;
  const moved = { machine: 'change', version: 1, subject: 'c1', from: 'queued.asking', isFinal: false } as const;
  scene.add('machine.moved', { ...moved, event, to: 'queued.holding' }, { run: 'r1', keys: ['machine:c1'] });
  expect(await ask()).toEqual({ state: 'none', unattended: ['c1'] });
});
