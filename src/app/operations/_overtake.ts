import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { App } from '../app.ts';
import { personOf } from './_run-output.ts';

/** A supervisor that lives, holds the lock and does nothing. */
export interface Stuck {
  readonly pid: number;
  readonly epoch: number;
  readonly hash: string;
  readonly signs: readonly string[];
}

/** A supervisor that is at work answers within milliseconds; one on a machine without memory within this. */
const answerMs = 5_000;

/**
 * Returns the supervisor that was judged dead, by two signs that do not depend on each other: its process is stopped, before and
 * after, and a request is not answered in between. One that is only busy or only slow is not. Reads, but for that request.
 */
export async function findStuck(app: App): Promise<Stuck | undefined> {
  const { ledger } = await app.installation();
  const { clock, digest, processes } = app.outside;
  const [started] = ledger.read({ kinds: ['supervisor.started'], descending: true, limit: 1 });
  const pid = dataOf('supervisor.started', started)?.pid;
  if (started === undefined || pid === undefined || !(await ledger.isHeld())) return undefined;
  const identity = await processes.identify(pid);
  if (identity === undefined || !(await processes.isStopped(identity))) return undefined;
  const id = await ledger.request('supervisor.ping', { by: { ...personOf(app) } });
  const askedMs = clock.monotonicMs();
  while (clock.monotonicMs() - askedMs < answerMs) {
    if (ledger.findRequest(id)?.answer) return undefined;
    await clock.sleep(100);
  }
  if (!(await processes.isStopped(identity))) return undefined;
  const { epoch } = started;
  const signs = [
    `its process ${pid} is stopped`,
    `it holds the lock of the installation, and did not answer for ${answerMs / 1000} s`,
  ];
  return { pid, epoch, signs, hash: digest.sha256(`overtake ${epoch} ${pid} ${identity.startTime}`) };
}

/** Shows the take-over, or does it. Fault `CHANGE_MOVED` when it is about another one than was seen. */
export async function overtake(app: App, stuck: Stuck, { yes, seen }: { yes: boolean; seen: string | null }) {
  const { ledger } = await app.installation();
  const { pid, epoch, hash, signs } = stuck;
  const moved = new Fault('CHANGE_MOVED', 'The supervisor is another one now than the one you saw.', {
    hints: ['orchestrate failover'],
    state: 'Nothing was taken over.',
  });
  if (seen !== null && !hash.startsWith(seen)) throw moved;
  const supervisor = { pid, epoch, hash, signs: [...signs] };
  if (!yes) return { state: 'planned' as const, supervisor };
  if (!(await ledger.overtake(epoch))) throw moved;
  await app.ask('supervisor.overtaken', { pid, epoch, signs, by: personOf(app) });
  return { state: 'done' as const, supervisor };
}
