import type { PortHolder } from '../../ports/network.ts';

/** The listening sockets of a port: whose they are, and whether one of them is another user's. */
export interface Listeners {
  readonly owners: Extract<PortHolder, { kind: 'held' }>['owners'];
  readonly hasUnknown: boolean;
}
