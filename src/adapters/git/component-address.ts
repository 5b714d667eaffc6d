import { fileURLToPath } from 'node:url';

import { Fault } from '../../base/fault.ts';
import type { GitTransport, HttpsSettings } from './git-door.ts';

/** What git is given for a source, and the one transport that may reach it. */
export interface ComponentAddress {
  readonly text: string;
  readonly transport: Exclude<GitTransport, { kind: 'ssh' }>;
}

/**
 * Reads a source of components.lock. Only `https://` and paths of this machine are fetched from: ssh would need the
 * person's keys, http and git:// show and take anything on the way, `ext::` and its like run programs.
 * Fault: `COMPONENT_SOURCE_REFUSED`, with the https form of the address where it has one.
 */
export function componentAddress(source: string, https: HttpsSettings): ComponentAddress {
  if (/[\p{Cc}\s]/u.test(source) || source.length > 2000) throw refused(source, 'it holds blanks or is too long');
  if (source.startsWith('/')) return { text: source, transport: { kind: 'file' } };
  if (source.startsWith('file:///')) return { text: pathOf(source), transport: { kind: 'file' } };
  if (source.startsWith('https://')) {
    const url = URL.canParse(source) ? new URL(source) : undefined;
    if (url === undefined || url.hostname === '') throw refused(source, 'it is no address');
    if (url.username !== '' || url.password !== '') throw refused(source, 'it holds a name or password');
    return { text: source, transport: { kind: 'https', ...https } };
  }
  throw refused(source, 'it is neither https:// nor a path of this machine');
}

function pathOf(source: string): string {
  try {
    return fileURLToPath(source);
  } catch {
    throw refused(source, 'it is no path of this machine');
  }
}

/** `git@host:owner/name`, `ssh://git@host/owner/name` and `http://…` with the same over https. */
function httpsForm(source: string): string | undefined {
  const [, host, rest] = /^(?:ssh:\/\/)?(?:[\w.-]+@)([\w.-]+)[:/]([\w./~-]+)$/.exec(source) ?? [];
  if (host !== undefined && rest !== undefined) return `https://${host}/${rest}`;
  return /^(http|git):\/\/[\w.-]+\//.test(source) ? source.replace(/^\w+/, 'https') : undefined;
}

function refused(source: string, why: string): Fault {
  const better = httpsForm(source);
  // Never the password of somebody who wrote one into it.
  const shown = source.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
  return new Fault('COMPONENT_SOURCE_REFUSED', `${JSON.stringify(shown)} is not fetched from: ${why}.`, {
    ...(better === undefined
      ? {}
      : { hints: [`Write ${better} as its source into components.lock, and commit that.`] }),
    state: 'Nothing was fetched.',
  });
}
