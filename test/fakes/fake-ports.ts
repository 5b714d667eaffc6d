import type { PortHolder, Ports } from '../../src/ports/network.ts';

type Owners = Extract<PortHolder, { kind: 'held' }>['owners'];

export interface FakePorts extends Ports {
  /** Lets somebody listen on a port; without owners it is another user. */
  hold(port: number, owners?: Owners): void;
  release(port: number): void;
  /** Pid to how it was started; of any other nothing can be told. */
  readonly starts: Map<number, { readonly program: string; readonly cwd: string }>;
}

/** Ports in memory: free until somebody holds them. */
export function createFakePorts(): FakePorts {
  const held = new Map<number, Owners>();
  const starts: FakePorts['starts'] = new Map();
  return {
    starts,
    startOf: async ({ pid }) => starts.get(pid),
    hold: (port, owners = []) => void held.set(port, owners),
    release: (port) => void held.delete(port),
    isFree: async (port) => !held.has(port),
    async holder(port) {
      const owners = held.get(port);
      return owners === undefined ? { kind: 'free' } : { kind: 'held', owners };
    },
  };
}
