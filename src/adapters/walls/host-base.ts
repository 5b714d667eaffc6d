import { existsSync, lstatSync, readlinkSync } from 'node:fs';

import type { Base } from './profile.ts';

/** Folders at the top that are links into /usr on a merged system, and folders of their own on others. */
const topFolders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** What programs read of /etc: libraries, certificates, time zone, names of users. No hosts, no resolver: names are looked up outside. */
const etcPaths = [
  ...['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives', '/etc/localtime'],
  ...['/etc/ssl/certs', '/etc/ssl/openssl.cnf', '/etc/pki/tls/certs', '/etc/pki/ca-trust/extracted'],
  ...['/etc/ca-certificates', '/etc/mime.types', '/etc/python3', '/etc/protocols', '/etc/services'],
];

/** Returns what of this machine is seen in every wall. */
export function hostBase(): Base {
  const links: { at: string; to: string }[] = [];
  const shown: string[] = [];
  for (const at of topFolders) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) links.push({ at, to: readlinkSync(at) });
    else if (found?.isDirectory() === true) shown.push(at);
  }
  return { links, shown: [...shown, ...etcPaths.filter((path) => existsSync(path))] };
}

/** Who is there, as programs ask for it. */
export const etcTexts: Readonly<Record<string, string>> = {
  '/etc/passwd': 'agent:x:1000:1000:agent:/home/agent:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  '/etc/group': 'agent:x:1000:\nnogroup:x:65534:\n',
  '/etc/hosts': '127.0.0.1 localhost agent\n::1 localhost\n',
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};
