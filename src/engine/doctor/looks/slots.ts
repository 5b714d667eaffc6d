import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import type { EngineContext } from '../../context.ts';
import { slotNamesOf } from '../../scale/slots-of.ts';
import type { Look } from '../look.ts';

/** Slots on disk against git's administration. One that an open run holds is that run's matter. */
export const lookAtSlots: Look = async (context) => {
  const { home, definitions, paths } = context;
  const ours = new Set([...definitions.trees.values()].flatMap((tree) => slotNamesOf(context, tree)));
  const slots = (await home.listSlots()).filter(({ name }) => ours.has(name));
  const findings = slots
    .filter(({ name, state }) => state !== 'linked' && openHolder(context, name) === undefined)
    .map(({ name, state }): Finding => ({
      id: `slot-half:${name}`,
      area: 'slots',
      severity: 'warning',
      sentence:
        state === 'half'
          ? `the folder of slot ${name} is no work tree of home`
          : `home's git knows slot ${name}, and its folder is gone`,
      evidence: [`${paths.trees}/${name}`, state],
      repair: {
        kind: 'safe',
        act: 'trash-slot',
        subject: name,
        does: 'move what is left of it to the trash; it is made anew when a run needs it',
      },
    }));
  return {
    fact: slots.length === 0 ? 'none made' : `${slots.length} made, each of them a work tree of home`,
    findings,
  };
};

/** The run that has the slot and is not closed. */
export function openHolder({ ledger }: Pick<EngineContext, 'ledger'>, slot: string): string | undefined {
  const run = dataOf('lease.taken', ledger.latest(`lease:slot:${slot}`))?.run;
  return run !== undefined && ledger.latest(`close:${run}`) === undefined ? run : undefined;
}
