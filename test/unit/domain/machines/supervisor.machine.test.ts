import { describe } from 'vitest';

import { done, failed, holdMachineLaws } from './laws.ts';

describe('the supervisor machine', () => {
  holdMachineLaws({
    name: 'supervisor',
    input: { subject: 'supervisor:1' },
    events: [
      { type: 'FREEZE' },
      { type: 'THAW' },
      { type: 'DRAIN' },
      ...['reconcile', 'freeze', 'drain'].flatMap((effect) => [done(effect), failed(effect)]),
    ],
    states: { starting: ['reconcile'], ready: [], freezing: ['freeze'], frozen: [], draining: ['drain'], stopped: [] },
    waiting: ['ready', 'frozen'],
  });
});
