import type { Diagnosed } from '../diagnosis/diagnose.ts';
import { malware } from '../diagnosis/malware.ts';
import type { Moves } from './moves.ts';
import type { Hang } from './stillness.ts';

/**
 * Whether a program starts production again. `none`: nothing speaks for it. `approval`: a person says yes first. `never`: a person does it,
 * or nobody.
 */
export interface MayRestart {
  readonly how: 'none' | 'automatic' | 'approval' | 'never';
  /** One sentence. */
  readonly reason: string;
}

export type ServiceState = 'answers' | 'silent' | 'gone' | 'stopped';

/** What nothing but a new process mends, by the catalogue; S10 only where the service itself is gone. */
const mendedByRestart: ReadonlySet<string> = new Set(['S08', 'S43']);
const mendedWhenGone: ReadonlySet<string> = new Set(['S10']);

/** Judges by what was found and seen just now. */
export function mayRestart(
  found: readonly Pick<Diagnosed, 'finding' | 'isOver'>[],
  seen: {
    readonly state: ServiceState;
    readonly moves: Moves;
    readonly hang: Pick<Hang, 'cause' | 'stillMs'> | null;
    readonly isOurs: boolean;
    readonly process: { readonly state: string | null } | null;
  },
): MayRestart {
  const { state, moves, hang, isOurs } = seen;
  const forbidden = found.find(({ finding }) => finding.signature === malware)?.finding;
  if (forbidden !== undefined)
    return { how: 'never', reason: `${malware}: ${forbidden.sentence} ${forbidden.repair.sentence}` };
  if (!isOurs)
    return { how: 'never', reason: 'Production is started and stopped by nobody here (service.mode: none).' };
  const isDown = state === 'gone' || state === 'stopped';
  const known = found.find(
    ({ finding, isOver }) =>
      !isOver &&
      finding.repair.how === 'automatic' &&
      (mendedByRestart.has(finding.signature) || (isDown && mendedWhenGone.has(finding.signature))),
  );
  if (known !== undefined) return { how: 'automatic', reason: `${known.finding.signature}: ${known.finding.sentence}` };
  if (state === 'stopped') return { how: 'approval', reason: 'Production is stopped.' };
  if (state === 'gone') return { how: 'approval', reason: 'The process of production is gone.' };
  if (seen.process?.state === 'D' && (moves === 'no' || state === 'silent'))
    return {
      how: 'never',
      reason: 'The kernel holds its process (state D): no signal ends it, only a restart of the machine.',
    };
  if (moves === 'no') return { how: 'automatic', reason: hangText(hang) };
  if (state === 'silent')
    return { how: 'approval', reason: 'Its process lives and does not answer; it may be loading.' };
  if (moves === 'unclear') return { how: 'approval', reason: 'A prompt runs and says nothing; it may only be slow.' };
  return { how: 'none', reason: 'It answers, and its queue moves.' };
}

function hangText(hang: Pick<Hang, 'cause' | 'stillMs'> | null): string {
  if (hang === null) return 'S44: It does not get on.';
  const seconds = `${Math.round(hang.stillMs / 1_000)} s`;
  const said = {
    worker: 'S43: The thread that runs its prompts is dead.',
    silent: `S44: It has answered nothing for ${seconds}, and its process rests.`,
    queue: `S44: A prompt has shown no progress for ${seconds}.`,
  } as const;
  return said[hang.cause];
}
