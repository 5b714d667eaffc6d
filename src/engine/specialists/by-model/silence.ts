import { Fault } from '../../../base/fault.ts';
import { durationText } from '../../../domain/definitions/units.ts';
import { row } from '../../../domain/journal/kinds.ts';
import type { Engine } from '../../engine.ts';
import { preserveAttempt } from '../../tasks/preserve.ts';
import { lifeSigns } from '../life-signs.ts';
import type { WorkOrder } from '../order.ts';

/** How often signs of life are looked for while a silence lasts. */
const looksPerSilence = 4;

export interface Silence {
  sign(): void;
  /**
   * Lets something work as long as there is any sign of life. Undefined: there was none for the time that the agent may be silent, and the
   * work was stopped; that is told. A second time without a sign in between the files are kept, and `AGENT_SILENT` waits for a person.
   */
  guard<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

/** Watches an agent: a token, a file, a program of its own, a row, each is a sign. */
export function createSilence(engine: Engine, order: WorkOrder): Silence {
  const { agent, conversation, parts, signal } = order;
  const { clock } = engine.outside;
  const signs = lifeSigns(engine, order);
  let lastMs = clock.monotonicMs();
  let nSilences = 0;
  const sign = (): void => {
    lastMs = clock.monotonicMs();
    nSilences = 0;
  };
  const isSilent = async (over: AbortSignal): Promise<boolean> => {
    while (await clock.sleep(Math.ceil(agent.silenceMs / looksPerSilence), over)) {
      if (await signs.moved()) sign();
      if (clock.monotonicMs() - lastMs >= agent.silenceMs) return true;
    }
    return false;
  };

  return {
    sign,
    async guard(work) {
      lastMs = clock.monotonicMs();
      const over = new AbortController();
      const stop = new AbortController();
      const silent = new Promise<'silent'>((resolve, reject) => {
        isSilent(AbortSignal.any([over.signal, signal])).then((is) => {
          if (is) resolve('silent');
        }, reject);
      });
      const working = work(AbortSignal.any([signal, stop.signal]));
      try {
        const first = await Promise.race([working.then((value) => ({ value })), silent]);
        if (first !== 'silent') {
          sign();
          return first.value;
        }
      } finally {
        over.abort();
      }
      stop.abort(new Fault('AGENT_SILENT', `${agent.id} gave no sign of life for ${durationText(agent.silenceMs)}.`));
      // What takes no signal is left behind: its report is late, and nobody waits for it.
      working.catch(() => undefined);
      nSilences += 1;
      const sentence = `no token, file, program or row of it for ${durationText(agent.silenceMs)}; what it was doing was stopped`;
      const keys = [`told:${conversation}:silence`];
      await engine.ledger.append([
        row('conversation.told', { conversation, about: 'silence', sentence }, { run: parts.run, keys }),
      ]);
      if (nSilences < 2) return undefined;
      const kept = await preserveAttempt(engine, { run: parts.run, task: order.task, attempt: parts.attempt });
      throw new Fault('AGENT_SILENT', `${agent.id} gave no sign of life for ${durationText(agent.silenceMs)}, twice.`, {
        state: `${kept === undefined ? 'Its files are in the slot as they were' : `Its files are kept: ${kept.ref}`}; the branch and production are as they were.`,
        hints: [
          `orchestrate runs show ${parts.run} --transcript`,
          `orchestrate runs resume ${parts.run}   (goes on with the same conversation)`,
          `orchestrate runs cancel ${parts.run}`,
        ],
      });
    },
  };
}
