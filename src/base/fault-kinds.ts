/** Decides the exit status; see `exitCodes`. */
export type FaultKind =
  | 'user'
  | 'usage'
  | 'busy'
  | 'not-found'
  | 'conflict'
  | 'outside'
  | 'waiting'
  | 'bug'
  | 'interrupted';

/** Exit status of the command line for each kind of fault. */
export const exitCodes: Readonly<Record<FaultKind, number>> = {
  user: 1,
  usage: 2,
  busy: 3,
  'not-found': 4,
  conflict: 5,
  outside: 6,
  waiting: 7,
  bug: 70,
  interrupted: 130,
};
