import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { PackageIndex } from '../../ports/python.ts';
import type { Scratch } from './child-environment.ts';
import type { Parts } from './parts.ts';

/** The arguments and variables by which pip finds exactly one source of packages. */
export interface IndexSource {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For sentences: an address without its password, or a folder. */
  readonly name: string;
}

/** No index at all: pip may use nothing but the folder. */
export function folderSource(path: string): IndexSource {
  return { args: ['--no-index', '--find-links', path], env: {}, name: path };
}

/** Returns how pip is to find the index. A password goes into a private file, never into an argument. */
export async function indexSource(parts: Parts, index: PackageIndex, scratch: Scratch): Promise<IndexSource> {
  if (index.kind === 'folder') {
    if ((await parts.files.realPath(index.path)) === undefined) {
      throw new Fault('INDEX_UNREACHABLE', `The folder of packages ${index.path} does not exist.`, {
        data: { index: index.path },
      });
    }
    return folderSource(index.path);
  }
  const url = parseUrl(index.url);
  const args: string[] = [];
  const env: Record<string, string> = {};
  if (url.username !== '') {
    env['NETRC'] = join(scratch.dir, 'netrc');
    const [login, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    await writeFile(env['NETRC'], `machine ${url.hostname} login ${login} password ${password}\n`, { mode: 0o600 });
    url.username = '';
    url.password = '';
  }
  args.push('--index-url', url.href, '--retries', '2', '--timeout', '20');
  // The arguments of a process can be read by every user, and a proxy's address may hold a password.
  const { proxy } = parts.network;
  if (proxy !== undefined)
    Object.assign(env, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: 'localhost,127.0.0.1,::1' });
  if (parts.network.certificateFile !== undefined) args.push('--cert', parts.network.certificateFile);
  return { args, env, name: url.href };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['https:', 'http:', 'file:'].includes(url.protocol)) return url;
  throw new Fault(
    'CONFIG_INVALID',
    `The address of the package index is not an http, https or file address: ${JSON.stringify(text)}`,
  );
}
