import { Fault } from '../../base/fault.ts';
import type { WalledProgram, WallProbe, Walls, WallSpec } from '../../ports/walls.ts';
import type { Spawner } from '../process/spawner.ts';
import { type Bubblewrap, findBubblewrap, probedBy } from './bubblewrap.ts';

/**
 * Walls by bubblewrap. What the probe said is kept for this process, and for the kernel and the program that it was asked of; never longer.
 */
export function createWalls(options: {
  readonly spawner: Pick<Spawner, 'run'>;
  readonly searchPath: readonly string[];
}): Walls {
  const { spawner, searchPath } = options;
  const probed = new Map<string, Promise<WallProbe>>();
  const find = () => findBubblewrap(spawner, searchPath);

  const probe = async (bubblewrap: Bubblewrap, isFresh: boolean): Promise<WallProbe> => {
    const key = probedBy(bubblewrap);
    const known = isFresh ? undefined : probed.get(key);
    if (known !== undefined) return known;
    const asked = import('./probe.ts').then(({ probeWall }) => probeWall(bubblewrap));
    probed.set(key, asked);
    // One that broke off is asked again.
    asked.catch(() => probed.delete(key));
    return asked;
  };

  return {
    async probe(asked) {
      const found = await find();
      return 'why' in found ? { level: 'L0', acts: [], by: found.why } : probe(found, asked?.fresh === true);
    },

    async open(spec, { signal, unwalled, onEgress = () => {} }) {
      const found = await find();
      if ('why' in found) {
        if (unwalled === true) return withoutWall(spec, signal);
        throw missing(found.why);
      }
      const { level, acts } = await probe(found, false);
      if (level === 'L2') {
        const { openInside } = await import('./open-inside.ts');
        return openInside(found, spec, { signal, onEgress });
      }
      if (unwalled === true) return withoutWall(spec, signal);
      throw broken(acts.filter(({ held }) => !held).map(({ act, seen }) => `${act} (${seen})`));
    },
  };
}

/** Loaded when they are needed: most commands start no program of a model. */
async function withoutWall(spec: WallSpec, signal: AbortSignal): Promise<WalledProgram> {
  const { openUnwalled } = await import('./open-unwalled.ts');
  return openUnwalled(spec, { signal });
}

const state = 'The program was not started.';

const missing = (why: string): Fault =>
  new Fault('WALL_MISSING', `No wall can be put around a program that a model drives: ${why}.`, {
    state,
    hints: ['apt-get install bubblewrap', 'orchestrate doctor', 'orchestrate run <goal> --allow-unsandboxed'],
  });

const broken = (acts: readonly string[]): Fault =>
  new Fault('WALL_BROKEN', `The wall does not hold here: ${acts.join('; ')}.`, {
    state,
    hints: ['orchestrate doctor', 'orchestrate run <goal> --allow-unsandboxed'],
  });
