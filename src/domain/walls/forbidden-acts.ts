/** What a wall has to hold against, as people are told (`doctor`, the record of a run). */
export const forbiddenActs = {
  'write-outside': 'write a file outside of the slot',
  'read-secret': 'read a secret of the person',
  'connect-out': 'connect to the network',
  'connect-loopback': 'connect to a port of this machine',
  'see-processes': 'see processes outside',
  'nest-namespace': 'make a user namespace of its own',
  'write-git': 'write what is protected in the slot',
  'signal-parent': 'end a process outside',
} as const;

export type ForbiddenAct = keyof typeof forbiddenActs;

export const forbiddenActNames = Object.keys(forbiddenActs) as readonly ForbiddenAct[];

/** Level of a wall that was tried by all acts: one that succeeds, or was not tried, and it is none. */
export const levelOf = (acts: readonly { readonly act: string; readonly held: boolean }[]): 'L0' | 'L2' =>
  forbiddenActNames.every((name) => acts.some(({ act, held }) => act === name && held)) ? 'L2' : 'L0';
