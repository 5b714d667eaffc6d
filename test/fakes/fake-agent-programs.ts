import type { AgentEvent } from '../../src/domain/agent-programs/agent-event.ts';
import type { FoundProgram, ProgramRunner } from '../../src/domain/agent-programs/agent-program.ts';
import type { AgentPrograms, ProgramWork } from '../../src/ports/agent-programs.ts';
import type { EgressDecision } from '../../src/ports/walls.ts';

/** What a program does with its work, and what it says. It sees what it was given; the signal ends it. */
export type FakeAgentProgram = (
  work: ProgramWork,
  signal: AbortSignal,
  onEgress: (decision: EgressDecision) => void,
) => AsyncIterable<AgentEvent>;

export interface FakeAgentPrograms extends AgentPrograms {
  /** Every piece of work, in order. */
  readonly works: ProgramWork[];
  /** Puts a program on PATH; without `behaviour` it ends at once. */
  put(found: Partial<FoundProgram> & { readonly runner: ProgramRunner }, behaviour?: FakeAgentProgram): void;
}

const endedWell: AgentEvent = { kind: 'ended', exitCode: 0, signal: null, limit: null, errorText: '' };

/** Programs of agents in memory. None is there until it is put there. */
export function createFakeAgentPrograms(): FakeAgentPrograms {
  const known = new Map<ProgramRunner, { readonly found: FoundProgram; readonly behaviour: FakeAgentProgram }>();
  const works: ProgramWork[] = [];
  return {
    works,
    put(found, behaviour = async function* () {}) {
      const program = { program: `/opt/${found.runner}`, args: [], version: '1.0.0', login: 'key', ...found } as const;
      known.set(found.runner, { found: program, behaviour });
    },
    find: async (runner) => known.get(runner)?.found,
    async *work(work, { signal, onEgress = () => {} }) {
      works.push(work);
      const egress = work.server === null ? ['models.example'] : [];
      yield { kind: 'walled', level: 'L2', by: 'fake', egress, loopback: [] };
      let isEnded = false;
      for await (const event of known.get(work.found.runner)?.behaviour(work, signal, onEgress) ?? []) {
        isEnded = event.kind === 'ended';
        yield event;
        if (isEnded) return;
      }
      signal.throwIfAborted();
      yield endedWell;
    },
  };
}
