import { Fault } from '../../src/base/fault.ts';
import type { SwarmBackend, SwarmUi } from '../../src/ports/index.ts';

export interface FakeSwarmUi extends SwarmUi {
  /** What it runs, by address; where nothing is set, nothing answers. */
  readonly running: Map<string, SwarmBackend[]>;
  readonly asked: string[];
  /** What a backend is after it was restarted or enabled. */
  becomes: string;
}

/** SwarmUI in memory. */
export function createFakeSwarmUi(): FakeSwarmUi {
  const set = (url: string, id: string, now: Partial<SwarmBackend>): void => {
    const all = fake.running.get(url);
    const at = all?.findIndex((one) => one.id === id) ?? -1;
    const before = all?.[at];
    if (all === undefined || before === undefined) throw new Fault('SWARM_REFUSED', `SwarmUI has no backend ${id}.`);
    all[at] = { ...before, ...now };
  };
  const fake: FakeSwarmUi = {
    running: new Map(),
    asked: [],
    becomes: 'running',
    backends: async (url) => fake.running.get(url),
    async restart(url, id) {
      fake.asked.push(`restart ${id}`);
      set(url, id, { status: fake.becomes });
    },
    async toggle(url, id, isEnabled) {
      fake.asked.push(`${isEnabled ? 'enable' : 'disable'} ${id}`);
      set(url, id, { isEnabled, status: isEnabled ? fake.becomes : 'disabled' });
    },
  };
  return fake;
}
