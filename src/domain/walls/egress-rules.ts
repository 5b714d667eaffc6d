/** What a program asked its proxy for, as it is judged before any name is looked up. */
export type EgressVerdict =
  | { readonly kind: 'host'; readonly host: string }
  /** A port of this machine that the person named. */
  | { readonly kind: 'loopback'; readonly port: number }
  /** `why` is a clause: `the port is not 443`. */
  | { readonly kind: 'refused'; readonly host: string; readonly why: string };

/** What a program may reach. */
export interface EgressRules {
  /** Hosts, each whole: `api.anthropic.com`. */
  readonly hosts: readonly string[];
  readonly loopback: readonly number[];
}

/** A name by RFC 1035: no trailing dot, nothing before an `@`, at least one letter in its last label. */
const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * Judges the target of a CONNECT (RFC 9110, section 9.3.6): `host:443`, the host exactly one of the list. Addresses written as numbers,
 * other ports, `user@host`, a trailing dot and names that are not plain are refused; of loopback only the ports that were named pass.
 */
export function judgeEgress(target: string, { hosts, loopback }: EgressRules): EgressVerdict {
  const refused = (why: string): EgressVerdict => ({ kind: 'refused', host: target.slice(0, 200), why });
  if (target.includes('@')) return refused('a name before an @ is not taken');
  const parts = /^([^:]+):([0-9]{1,5})$/.exec(target);
  if (parts === null) return refused('it is not host:port');
  const [, written = '', portText = ''] = parts;
  const [host, port] = [written.toLowerCase(), Number(portText)];
  if (['127.0.0.1', 'localhost'].includes(host))
    return loopback.includes(port) ? { kind: 'loopback', port } : refused('that port of this machine was not named');
  if (host.endsWith('.')) return refused('the name ends with a dot');
  if (!hostName.test(host)) return refused('it is an address, or no plain name');
  if (port !== 443) return refused('the port is not 443');
  return hosts.includes(host) ? { kind: 'host', host } : refused('it is not on the list');
}
