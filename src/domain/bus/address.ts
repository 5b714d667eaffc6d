/** The kinds of recipients and senders; see `Address`. */
export const addressKinds = ['agent', 'tree', 'person', 'run', 'group', 'topic', 'supervisor'] as const;
export type AddressKind = (typeof addressKinds)[number];

/**
 * Who sends or receives, as `<kind>:<name>`: `agent:validation-engineer`, `tree:env-setup`, `person:anna`, `run:r12`. A message to
 * `topic:<name>` reaches every mailbox that listens to it, one to `group:<name>` each member, one to `tree:<id>` whoever works there
 * first. `supervisor:` has no mailbox: it only sends.
 */
export type Address = `${AddressKind}:${string}`;

/** What follows the kind. Underscores, because the topics of the built-in trees have them. */
const namePattern = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

/** Returns the text as an address, or undefined when it is none. */
export function findAddress(text: string): Address | undefined {
  const at = text.indexOf(':');
  if (at < 0) return undefined;
  const kind = text.slice(0, at);
  const name = text.slice(at + 1);
  if (kind === 'supervisor') return name === '' ? 'supervisor:' : undefined;
  return addressKinds.some((one) => one === kind) && namePattern.test(name) ? (text as Address) : undefined;
}

/** Returns the kind of an address. */
export const kindOf = (address: Address): AddressKind => address.slice(0, address.indexOf(':')) as AddressKind;

/** Returns what follows the kind. */
export const nameOf = (address: Address): string => address.slice(address.indexOf(':') + 1);
