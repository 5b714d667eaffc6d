import { Fault } from '../../base/fault.ts';
import type { Handlers } from './handler.ts';

export const conditionRequests: Handlers<'condition.set' | 'condition.clear'> = {
  async 'condition.set'() {
    throw new Fault('USAGE_BAD_ARGUMENT', 'not here yet');
  },
  async 'condition.clear'() {
    throw new Fault('USAGE_BAD_ARGUMENT', 'not here yet');
  },
};
