import { Fault } from '../base/fault.ts';
import { type Address, findAddress } from '../domain/bus/address.ts';

/** Returns the address that an argument names. Fault `USAGE_BAD_ARGUMENT`. */
export function addressOf(text: string): Address {
  const address = findAddress(text);
  if (address !== undefined) return address;
  throw new Fault('USAGE_BAD_ARGUMENT', `${JSON.stringify(text)} is no address.`, {
    hints: ['Addresses: agent:environment-specialist, tree:env-setup, person:anna, topic:new_models_available'],
  });
}
