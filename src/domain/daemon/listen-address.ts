import { Fault } from '../../base/fault.ts';

/** Where `serve` listens for HTTP by TCP. */
export interface ListenAddress {
  /** An address of the machine, without brackets: `127.0.0.1`, `::1`, `0.0.0.0`. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What a request may name in `Host`, without the port. */
  readonly names: readonly string[];
}

/** Names of this machine that no other one can be reached by. */
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'] as const;

/**
 * Reads `127.0.0.1:7070` or `[::1]:7070`. Any other address is reached from other machines: it takes two settings, the yes to that and the
 * name by which they call this one, as no other name in `Host` is answered. Fault: `USAGE_BAD_ARGUMENT`.
 */
export function parseListen(
  text: string,
  { otherMachines, hostName }: { readonly otherMachines: boolean; readonly hostName: string | null },
): ListenAddress {
  const [, v6, v4, digits] = /^(?:\[([0-9a-f:]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/i.exec(text) ?? [];
  const address = v6 ?? v4;
  const port = Number(digits);
  if (address === undefined || port > 65_535 || (v4 !== undefined && v4.split('.').some((part) => Number(part) > 255)))
    throw refused(
      `--listen has to be an address and a port like 127.0.0.1:7070, not ${JSON.stringify(text.slice(0, 80))}.`,
    );
  if (hostName !== null && !/^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i.test(hostName))
    throw refused(`--host-name has to be a name like box.lan, not ${JSON.stringify(hostName.slice(0, 80))}.`);
  if (isLoopback(address)) {
    if (otherMachines || hostName !== null)
      throw refused(`Other machines do not reach ${address}: leave out --other-machines and --host-name.`);
    return { address, port, names: loopbackNames };
  }
  if (!otherMachines || hostName === null)
    throw refused(
      `${address} is reached from other machines, and what is said there is not encrypted. That takes both --other-machines and --host-name <name>.`,
    );
  return { address, port, names: [...loopbackNames, hostName.toLowerCase()] };
}

/** 127.0.0.0/8 and ::1, as they are written by `parseListen`. */
export const isLoopback = (address: string): boolean => address === '::1' || /^127(\.\d+){3}$/.test(address);

const refused = (sentence: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', sentence, {
    hints: ['orchestrate serve --listen 127.0.0.1:7070'],
    state: 'Nothing listens.',
  });
