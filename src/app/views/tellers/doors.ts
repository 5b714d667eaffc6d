import type { DoorRows } from '../../../domain/journal/rows/doors.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const doorsTellers: TellersOf<DoorRows> = {
  'door.opened': ({ at, otherMachines, hostName }) =>
    otherMachines
      ? `http://${at} answers who has the token, also from other machines that say ${hostName ?? ''}; nothing is encrypted`
      : `http://${at} answers programs of this machine that have the token`,
};
