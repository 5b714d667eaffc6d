import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { git } from '../world/git.ts';
import { type Picture, readPng } from './png.ts';

/** Production as it presents itself to anybody who asks its port. */
export interface Production {
  readonly torch: string;
  readonly argv: readonly string[];
  /** Time of the first line of its log: differs for every process. */
  readonly bornAt: string;
}

const ANSWER_LIMIT_MS = 30_000;

/** Asks a server what it is; waits up to `limitMs` for it to answer; undefined when it does not. */
export async function observeProduction(port: number, limitMs = ANSWER_LIMIT_MS): Promise<Production | undefined> {
  const deadlineMs = performance.now() + limitMs;
  do {
    try {
      const stats = (await getJson(port, '/api/system_stats')) as {
        system: { pytorch_version: string; argv: string[] };
      };
      const log = (await getJson(port, '/internal/logs/raw')) as { entries: { t: string }[] };
      return { torch: stats.system.pytorch_version, argv: stats.system.argv, bornAt: log.entries[0]?.t ?? '' };
    } catch {
      await wait(200);
    }
  } while (performance.now() < deadlineMs);
  return undefined;
}

/**
 * Renders a workflow on a server, as anybody could, and returns the picture that it wrote; undefined when
 * none came. `prefix` names the file; another one than before keeps the server's cache from answering.
 */
export async function observePicture(port: number, workflow: string, prefix: string): Promise<Picture | undefined> {
  const graph = JSON.parse(readFileSync(workflow, 'utf8')) as {
    [id: string]: { inputs: { filename_prefix?: string } };
  };
  for (const { inputs } of Object.values(graph)) {
    if (inputs.filename_prefix !== undefined) inputs.filename_prefix = prefix;
  }
  const posted = await fetch(`http://127.0.0.1:${port}/api/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: graph }),
  });
  const { prompt_id: id } = (await posted.json()) as { prompt_id?: string };
  const deadlineMs = performance.now() + ANSWER_LIMIT_MS;
  while (id !== undefined && performance.now() < deadlineMs) {
    const history = (await getJson(port, `/api/history/${id}`)) as {
      [id: string]: { outputs: { [id: string]: { images: SavedImage[] } } };
    };
    const image = Object.values(history[id]?.outputs ?? {})
      .at(0)
      ?.images.at(0);
    if (image) {
      const query = new URLSearchParams({ filename: image.filename, subfolder: image.subfolder, type: image.type });
      const response = await fetch(`http://127.0.0.1:${port}/api/view?${query.toString()}`);
      return readPng(Buffer.from(await response.arrayBuffer()));
    }
    if (history[id]) return undefined;
    await wait(50);
  }
  return undefined;
}

interface SavedImage {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: string;
}

async function getJson(port: number, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response.json();
}

/** The home repository as git tells it. */
export interface Branch {
  readonly head: string;
  readonly tree: string;
  readonly restoreTags: readonly string[];
}

export function observeBranch(home: string): Branch {
  return {
    head: git(home, 'rev-parse', 'HEAD'),
    tree: git(home, 'rev-parse', 'HEAD^{tree}'),
    restoreTags: git(home, 'tag', '--list', 'restore/*').split('\n').filter(Boolean),
  };
}

/** Returns why a public address cannot be reached, or undefined when it can. Nothing is sent. */
export async function whyUnreachable(): Promise<string | undefined> {
  const socket = connect({ host: '192.0.2.1', port: 443, timeout: 1000 });
  socket.once('timeout', () => socket.destroy(new Error('no answer; the network may be there')));
  try {
    await once(socket, 'connect');
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    return code === 'ENETUNREACH' ? code : undefined;
  } finally {
    socket.destroy();
  }
}

/**
 * Returns ComfyUI's usual port unless that is not wanted, or the first free one of a range below those that the kernel hands out itself.
 * Without the usual one each process begins elsewhere in the range: a port is taken long after it was found free.
 */
export async function findFreePort({ isUsual = true }: { readonly isUsual?: boolean } = {}): Promise<number> {
  const first = isUsual ? 0 : process.pid;
  const ports = [...(isUsual ? [8188] : []), ...Array.from({ length: 100 }, (_, i) => 18_188 + ((first + i) % 100))];
  for (const port of ports) {
    if (await isFree(port)) return port;
  }
  throw new Error(`every port of ${ports.length} is taken`);
}

async function isFree(port: number, host = '::'): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    const hasNoIpv6 = (error as { code?: string }).code === 'EAFNOSUPPORT' && host === '::';
    return hasNoIpv6 ? isFree(port, '0.0.0.0') : false;
  } finally {
    server.close();
  }
}

/** Lists the names in a folder, or none when it is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
