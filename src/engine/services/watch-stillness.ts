import { Fault } from '../../base/fault.ts';
import { answerCommand } from '../../domain/diagnosis/repair-playbooks.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { type Hang, judgeStillness, type Stillness } from '../../domain/services/stillness.ts';
import { raiseAlert, resolveAlert } from '../alerts/raise.ts';
import { isUnheard } from '../alerts/unheard.ts';
import type { Engine } from '../engine.ts';
import { ownPids } from '../instances/own-pids.ts';
import { isUp } from '../instances/watch.ts';
import { createWorkLook, type WorkLook } from './look-at-work.ts';

export interface StillnessWatch {
  /** Looks at production, if there is one. Cheap when no look is due. */
  look(instance: string | undefined): Promise<void>;
}

type Hung = JournalKinds['service.hung'];

/** Key of the rows about a hang, and of their alert. */
export const hungKey = 'service:hung';
/** With the 45 s that a prompt may rest, a queue that stands still is told within a minute. */
export const lookEveryMs = 5_000;

/**
 * Tells a production that lives and does not get on: raises `service:hung` once, and resolves it when it moves again or is no more.
 * Nothing is stopped: what it computes may be worth hours, and only a person knows.
 */
export function createStillnessWatch(engine: Engine): StillnessWatch {
  const { clock } = engine.outside;
  let stillness: Stillness | undefined;
  let work: (WorkLook & { readonly instance: string }) | undefined;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let isCaughtUp = false;
  return {
    async look(instance) {
      const told = dataOf('service.hung', engine.ledger.latest(hungKey));
      const isThere = instance !== undefined && isUp(engine.host.find(instance)?.state ?? '');
      if (told !== undefined && (!isThere || told.instance !== instance)) await tellOver(engine, told, 'ended');
      if (!isCaughtUp) await catchUp(engine);
      isCaughtUp = true;
      if (!isThere) {
        work = undefined;
        return;
      }
      if (clock.monotonicMs() - lookedMs < lookEveryMs) return;
      lookedMs = clock.monotonicMs();
      if (work?.instance !== instance) {
        work = { instance, ...createWorkLook(engine, instance) };
        stillness = undefined;
      }
      const seen = await work.look();
      const { now, hang } = judgeStillness(stillness, seen);
      stillness = now;
      const open = dataOf('service.hung', engine.ledger.latest(hungKey));
      if (hang !== null && open === undefined)
        return tellHang(engine, {
          instance,
          ...hang,
          subject: now.subject,
          isHeldByKernel: await isHeldByKernel(engine, instance),
        });
      // A dead worker comes back with a new process only.
      if (open === undefined || open.cause === 'worker') return;
      // Another subject is seen at once also by a supervisor that did not see the hang begin.
      if (hang === null && (now.hasMoved || now.subject !== open.subject)) await tellOver(engine, open, 'moves');
    },
  };
}

async function tellHang(engine: Engine, hung: Hung): Promise<void> {
  await engine.ledger.append([row('service.hung', hung, { keys: [hungKey] })]);
  await raiseHang(engine, hung);
}

/** Does what a row says and a supervisor that was killed right after it did not: raises the alert, or ends it. */
async function catchUp(engine: Engine): Promise<void> {
  const entry = engine.ledger.latest(hungKey);
  if (entry === undefined) return;
  const open = dataOf('service.hung', entry);
  if (open === undefined) return resolveAlert(engine, hungKey, [`#${entry.seq}`]);
  if (isUnheard(engine, hungKey, entry)) await raiseHang(engine, open);
}

async function raiseHang(engine: Engine, hung: Hung): Promise<void> {
  await raiseAlert(engine, {
    key: hungKey,
    // A node may wait for a service elsewhere, with nothing to show for it.
    severity: hung.cause === 'queue' ? 'warning' : 'critical',
    sentence: sentenceOf(hung),
    evidence: [`#${engine.ledger.latest(hungKey)?.seq ?? 0}`],
    because: hung.cause === 'worker' ? 'signature:s43' : null,
    hints: [
      answerCommand(hung.cause === 'silent' ? 'emergency-unresponsive' : 'queue-stuck'),
      'orchestrate diagnose',
      'orchestrate service restart --now',
    ],
  });
}

async function tellOver(engine: Engine, { instance }: Hung, how: 'moves' | 'ended'): Promise<void> {
  await engine.ledger.append([row('service.unhung', { instance, how }, { keys: [hungKey] })]);
  await resolveAlert(engine, hungKey, [`#${engine.ledger.latest(hungKey)?.seq ?? 0}`]);
}

function sentenceOf({ instance, cause, subject, stillMs, isHeldByKernel }: Hung): string {
  const seconds = `${Math.round(stillMs / 1_000)} s`;
  const held = isHeldByKernel ? ' The kernel holds its process (state D): a disk or a driver does not answer it.' : '';
  const said: Readonly<Record<Hang['cause'], string>> = {
    worker: 'answers, and the thread that runs its prompts is dead.',
    silent: `has not answered for ${seconds}; its process is there.`,
    queue: `answers, and its queue stands still: ${subject ?? 'what waits'} has shown no progress for ${seconds}.`,
  };
  return `Production ${instance} ${said[cause]}${held}`;
}

/** What it started itself is looked at too: a child that waits for a disk keeps it waiting. */
async function isHeldByKernel(engine: Engine, instance: string): Promise<boolean> {
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  if (proven === undefined) return false;
  try {
    for (const pid of await ownPids(engine, instance, proven.pid))
      if ((await engine.outside.machine.process(pid))?.state === 'D') return true;
    return false;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}
