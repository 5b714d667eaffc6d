import type { Readiness } from '../../src/ports/readiness.ts';
import type { FakeProcesses, FakeService } from './fake-processes.ts';

/** How a started program turns out, by default ready at once. */
export interface FakeProgramBoot {
  /** `dies`: its process is gone at the first question. `silent`: it lives and never answers. */
  readonly ends?: 'answers' | 'dies' | 'silent';
  readonly status?: number;
}

export interface FakeReadiness extends Readiness {
  boot: (started: FakeService) => FakeProgramBoot;
}

/** Programs that listen on the port in their environment as `PORT`. */
export function createFakeReadiness({ processes }: { processes: FakeProcesses }): FakeReadiness {
  const fake: FakeReadiness = {
    boot: () => ({}),
    async status(url) {
      const { port } = new URL(url);
      for (const one of processes.services.filter(({ isAlive, spec }) => isAlive && spec.env['PORT'] === port)) {
        const { ends = 'answers', status = 200 } = fake.boot(one);
        if (ends === 'dies') one.isAlive = false;
        if (ends === 'answers') return status;
      }
      return undefined;
    },
  };
  return fake;
}
