import type { Look } from '../look.ts';

/** Requests that nobody takes: whoever asked was killed before a supervisor was there. */
export const lookAtRequests: Look = async ({ ledger }) => {
  const open = ledger.openRequests();
  const isHeld = await ledger.isHeld();
  return {
    fact: open.length === 0 ? 'nothing waits for the supervisor' : `the supervisor is about to take ${open.length}`,
    findings: isHeld
      ? []
      : open.map(({ id, kind }) => ({
          id: `request-waits:${id}`,
          area: 'requests',
          severity: 'warning',
          sentence: `request ${id} (${kind}) waits, and no supervisor runs`,
          evidence: [`request ${id}`],
          repair: {
            kind: 'safe',
            act: 'take-requests',
            subject: String(id),
            does: 'a supervisor starts and answers it',
          },
        })),
  };
};
