import type { Finding } from '../../../domain/doctor/finding.ts';
import type { Look } from '../look.ts';

const told = {
  dead: { severity: 'warning', is: 'not done, however often it was tried' },
  undeliverable: { severity: 'warning', is: 'with nobody who takes it' },
} as const;

/** Messages that wait for nobody: what was accepted has to be done, or to be seen as undone. */
export const lookAtBus: Look = async ({ bus }) => {
  const counts = bus.counts();
  const findings = counts.flatMap(({ mailbox, state, n }): Finding[] => {
    if (state !== 'dead' && state !== 'undeliverable') return [];
    const { severity, is } = told[state];
    return [
      {
        id: `bus-${state}:${mailbox}`,
        area: 'bus',
        severity,
        sentence: `${n} ${n === 1 ? 'message' : 'messages'} for ${mailbox}, ${is}`,
        evidence: [`${mailbox}: ${n} ${state}`],
        repair: {
          kind: 'by-hand',
          does: 'look at each with its reason, and put it back or let it be',
          command: 'orchestrate bus dead',
        },
      },
    ];
  });
  const nWaiting = counts.reduce((sum, { state, n }) => (state === 'waiting' ? sum + n : sum), 0);
  return { fact: `${nWaiting} waiting, none of them dead or undeliverable`, findings };
};
