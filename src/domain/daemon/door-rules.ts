import { Fault } from '../../base/fault.ts';

/** The head of a request by TCP: nothing of its body was read. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent, with what is asked behind a question mark. */
  readonly target: string;
  /** Names in lower case; what was sent twice is there twice. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export interface DoorRules {
  /** What `Host` may say, with the port: `127.0.0.1:7070`. */
  readonly hosts: readonly string[];
  /** Whether that is the token; takes the same time whatever is given. */
  readonly isToken: (given: string) => boolean;
}

/** Why a request is not answered, and by which status. */
export interface DoorRefusal {
  readonly status: 400 | 401 | 403 | 415;
  readonly fault: Fault;
}

/**
 * Returns why a request by TCP is refused, or undefined. A page in a browser reaches every port of its machine, so in this order: which host
 * it means (a name that was pointed here is none of ours), which page sent it, the token, and that what changes something is JSON, which a
 * form cannot send. The token is taken from `Authorization: Bearer` and from nowhere else: addresses are logged, and passed on in `Referer`.
 */
export function findRefusal(
  { method, target, headers }: RequestHead,
  { hosts, isToken }: DoorRules,
): DoorRefusal | undefined {
  const one = (name: string): string | undefined => {
    const given = headers.get(name) ?? [];
    return given.length === 1 ? given[0] : undefined;
  };
  const has = (name: string): boolean => (headers.get(name)?.length ?? 0) > 0;
  if (!hosts.includes(one('host')?.toLowerCase() ?? '')) return wrongOrigin('It names another host than this one.');
  if (!target.startsWith('/')) return wrongOrigin('It asks for an address that is not here.');
  const origin = one('origin')?.toLowerCase();
  if (has('origin') && !hosts.some((host) => origin === `http://${host}`))
    return wrongOrigin('It comes from another origin.');
  if (has('sec-fetch-site') && !['same-origin', 'none'].includes(one('sec-fetch-site') ?? ''))
    return wrongOrigin('It comes from a page of another site.');
  if (!isToken(/^Bearer ([\x21-\x7e]{1,200})$/i.exec(one('authorization') ?? '')?.[1] ?? '')) return noToken();
  if (has('upgrade')) return { status: 400, fault: bad('Only plain HTTP is spoken here: no WebSocket.') };
  if (!['GET', 'HEAD', 'DELETE'].includes(method) && !isJson(one('content-type')))
    return { status: 415, fault: bad('What is sent has to be application/json.') };
  return undefined;
}

const isJson = (type: string | undefined): boolean => /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type ?? '');

const nothing = { state: 'Nothing was done.' };

const wrongOrigin = (why: string): DoorRefusal => ({ status: 403, fault: new Fault('ORIGIN_REFUSED', why, nothing) });

const noToken = (): DoorRefusal => ({
  status: 401,
  fault: new Fault('TOKEN_REQUIRED', 'It has no token, or a wrong one.', {
    ...nothing,
    hints: ['orchestrate serve status   (where the token is)', 'Authorization: Bearer <token>'],
  }),
});

const bad = (why: string): Fault => new Fault('USAGE_BAD_ARGUMENT', why, nothing);
