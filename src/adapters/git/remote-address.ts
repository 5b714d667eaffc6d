import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Fault } from '../../base/fault.ts';
import { configValue, parseConfigFile } from './config-file.ts';
import type { GitTransport, HttpsSettings } from './git-door.ts';
import { readPlainText } from './plain-file.ts';

/** What git is given for a remote, and the one transport that may reach it. */
export interface RemoteAddress {
  readonly text: string;
  readonly transport: GitTransport;
}

export interface RemoteSettings {
  readonly https: HttpsSettings;
  /** Socket of the person's ssh agent; without one only keys without a passphrase are of use. */
  readonly sshAgent?: string;
}

/**
 * Reads a remote of orchestrate.yaml: a name in home's git configuration (only its `url` or `pushurl` is read, as text: no
 * `insteadOf`, no helper, no command of it counts), `ssh://`, `user@host:path`, `https://`, or an absolute folder. What runs
 * programs (`ext::`), or can be changed on the way (`http://`, `git://`), is refused, and so is what lies inside home or its state.
 * Fault: `REMOTE_REFUSED`.
 */
export function remoteAddress(
  remote: string,
  options: RemoteSettings & { readonly gitDir: string; readonly ours: readonly string[] },
): RemoteAddress {
  const isName = /^[A-Za-z0-9][\w.-]*$/.test(remote);
  const address = isName ? configured(remote, options.gitDir) : remote;
  if (/[\p{Cc}\s]/u.test(address) || address.length > 2000 || address.startsWith('-'))
    throw refused(address, 'it holds blanks, begins with "-" or is too long');
  if (address.startsWith('/') || address.startsWith('file:///')) return folder(address, options.ours);
  if (address.startsWith('https://')) return https(address, options.https);
  const [, host, target] =
    /^ssh:\/\/(?:[A-Za-z0-9_][\w.-]*@)?([A-Za-z0-9[][\w.:[\]-]*)(\/[^\s]+)$/.exec(address) ??
    /^(?:[A-Za-z0-9_][\w.-]*@)([A-Za-z0-9][\w.-]*):([^-\s][^\s]*)$/.exec(address) ??
    [];
  if (host !== undefined && target !== undefined) {
    const { sshAgent } = options;
    return { text: address, transport: { kind: 'ssh', ...(sshAgent === undefined ? {} : { agent: sshAgent }) } };
  }
  throw refused(address, 'it is neither ssh, https nor an absolute folder');
}

function configured(name: string, gitDir: string): string {
  const config = parseConfigFile(readPlainText(path.join(gitDir, 'config')) ?? '');
  const address = configValue(config, `remote.${name}.pushurl`) ?? configValue(config, `remote.${name}.url`);
  if (address !== undefined) return address;
  const known = [...config.keys()].flatMap((key) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? []);
  throw new Fault('REMOTE_REFUSED', `Home's git configuration has no remote ${name}.`, {
    hints: [
      known.length === 0 ? `git remote add ${name} <address>` : `It has: ${known.join(', ')}`,
      'Or write an address as merge.remote into orchestrate.yaml, and commit that.',
    ],
    state: nothingSent,
  });
}

function folder(address: string, ours: readonly string[]): RemoteAddress {
  let at = address;
  try {
    if (address.startsWith('file:')) at = fileURLToPath(address);
  } catch {
    throw refused(address, 'it is no path of this machine');
  }
  const real = fs.existsSync(at) ? fs.realpathSync(at) : path.resolve(at);
  const inside = ours.find((one) => real === one || real.startsWith(`${one}/`));
  if (inside !== undefined) throw refused(address, `it lies in ${inside}, which orchestrate looks after`);
  return { text: real, transport: { kind: 'file' } };
}

function https(address: string, settings: HttpsSettings): RemoteAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') throw refused(address, 'it is no address');
  if (url.username !== '' || url.password !== '') throw refused(address, 'it holds a name or password');
  return { text: address, transport: { kind: 'https', ...settings } };
}

const nothingSent = 'Nothing was sent; the branch and production are as they were.';

function refused(address: string, why: string): Fault {
  // Never the password of somebody who wrote one into it.
  const shown = address.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
  return new Fault('REMOTE_REFUSED', `${JSON.stringify(shown)} is not used as a remote: ${why}.`, {
    hints: ['Write ssh://…, user@host:path, https://… or an absolute folder as merge.remote into orchestrate.yaml.'],
    state: nothingSent,
  });
}
