import { Fault } from '../../base/fault.ts';
import type { Handlers } from './handler.ts';

export const doctorRequests: Handlers<'doctor.fix'> = {
  async 'doctor.fix'() {
    throw new Fault('USAGE_BAD_ARGUMENT', 'not here yet');
  },
};
