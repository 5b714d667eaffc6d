import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import type { PushOutcome, RefUpdate, Remotes } from '../../ports/git.ts';
import type { GitCall } from './git-door.ts';
import { atTheEdge } from './git-failure.ts';
import { requireLocalGuard } from './local-guard.ts';
import { refProblem } from './path-rules.ts';
import { readLooseRef } from './ref-files.ts';
import { type RemoteAddress, remoteAddress, type RemoteSettings } from './remote-address.ts';
import { createStore } from './store-create.ts';
import { objectsDir } from './store-parts.ts';
import type { GitStore } from './trusted-store.ts';

const nothingSent = 'Nothing was sent; the branch and production are as they were.';
const maxListBytes = 4 * 1024 * 1024;
/** What one fetch may come to on the way, packed: a home holds declarations. */
const maxFetchBytes = 512 * 1024 * 1024;
/** How often the size of what has come is looked at. */
const watchMs = 250;

/** Creates the door to remotes. Git runs in the store or in a scratch repository of ours, never in home. */
export function createRemotes(
  options: {
    readonly store: GitStore;
    readonly homeDir: string;
    /** Folders that cannot be a remote. */
    readonly ours: readonly string[];
  } & RemoteSettings,
): Remotes {
  const { parts } = options.store;
  const gitDir = path.join(options.homeDir, '.git');
  const locate = (remote: string): RemoteAddress => remoteAddress(remote, { ...options, gitDir });

  let guarded: Promise<void> | undefined;
  const ask = async (remote: string, call: Omit<GitCall, 'transport'>): Promise<Buffer> => {
    const address = locate(remote);
    if (address.transport.kind === 'file') {
      guarded ??= inScratch(parts.scratchDir, (scratch) => requireLocalGuard(parts.door, path.dirname(scratch)));
      await guarded.catch((error: unknown) => {
        guarded = undefined;
        throw error;
      });
    }
    try {
      const args = call.args.map((one) => (one === addressHere ? address.text : one));
      return (await parts.door.run({ ...call, args, transport: address.transport })).stdout;
    } catch (error) {
      throw unreachable(address, error);
    }
  };

  const readBranch: Remotes['readBranch'] = ({ remote, branch }) =>
    atTheEdge('asking the remote', nothingSent, async () => {
      const ref = branchRef(branch);
      const args = ['--end-of-options', addressHere, ref];
      const listed = await ask(remote, { verb: 'ls-remote', args, gitDir: parts.gitDir, maxOutputBytes: maxListBytes });
      for (const line of listed.toString('utf8').split('\n')) {
        const [id, name] = line.split('\t');
        if (name === ref && /^[0-9a-f]{40}$/.test(id ?? '')) return asCommitId(id ?? '');
      }
      return undefined;
    });

  return {
    addressOf: (remote) => atTheEdge('reading where the remote is', nothingSent, async () => locate(remote).text),
    readBranch,
    fetchBranch: ({ remote, branch }) =>
      atTheEdge('fetching from the remote', nothingSent, () =>
        inScratch(parts.scratchDir, async (scratch) => {
          if ((await readBranch({ remote, branch })) === undefined) return undefined;
          await download(scratch, (signal) => {
            const args = ['--end-of-options', addressHere, `+${branchRef(branch)}:refs/orchestrate/fetched`];
            const alternates = [objectsDir(parts)];
            return ask(remote, { verb: 'fetch-history', args, gitDir: scratch, alternates, signal });
          });
          const got = readLooseRef(scratch, 'refs/orchestrate/fetched');
          if (got?.kind !== 'object') return undefined;
          const commit = asCommitId(got.id);
          await options.store.importCommit({ gitDir: scratch, commit, name: 'remote' });
          return commit;
        }),
      ),
    push: ({ remote, updates }) =>
      atTheEdge('pushing to the remote', nothingSent, async () => {
        for (const { ref } of updates) {
          const problem = refProblem(ref);
          if (problem !== undefined) throw new Fault('NAME_INVALID', `The ref ${ref} is refused: ${problem}.`);
        }
        const args = [
          // The old value goes along with each ref: what is not as it was seen refuses all of them.
          ...updates.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`),
          '--end-of-options',
          addressHere,
          ...updates.map(({ ref, to }) => `${to ?? ''}:${ref}`),
        ];
        const said = await ask(remote, { verb: 'push', args, gitDir: parts.gitDir, answers: [0, 1] });
        return readPush(said.toString('utf8'), updates);
      }),
  };
}

/** Stands in the arguments where the address goes. */
const addressHere = '\0address';

function branchRef(branch: string): string {
  const ref = `refs/heads/${branch}`;
  const problem = refProblem(ref);
  if (problem === undefined) return ref;
  throw new Fault(
    'NAME_INVALID',
    `The branch ${JSON.stringify(branch.slice(0, 100))} of the remote is refused: ${problem}.`,
    {
      state: nothingSent,
    },
  );
}

/** Reads what `push --porcelain` prints (git-push(1)): flag, refs, and a summary with the reason in brackets. */
export function readPush(text: string, updates: readonly RefUpdate[]): PushOutcome {
  const told = new Map<string, { flag: string; summary: string }>();
  for (const line of text.split('\n')) {
    const [, flag, refs, summary] = /^([ +\-*!=])\t([^\t]*)\t(.*)$/.exec(line) ?? [];
    if (flag !== undefined && refs !== undefined)
      told.set(refs.slice(refs.lastIndexOf(':') + 1), { flag, summary: summary ?? '' });
  }
  const bad = updates
    .map(({ ref }) => ({ ref, ...told.get(ref) }))
    .filter(({ flag }) => flag === undefined || flag === '!');
  // With --atomic all are refused; the one that is why says more than "atomic push failed".
  const why = bad.find(({ summary }) => summary !== undefined && !/atomic/i.test(summary)) ?? bad[0];
  if (why === undefined) return { kind: 'moved' };
  const summary = why.summary ?? 'the remote said nothing about it';
  const isMoved =
    /stale info|fetch first|non-fast-forward|already exists|failed to update ref|cannot lock|incorrect old value/i.test(
      summary,
    );
  const said = (/\((.*)\)\s*$/.exec(summary)?.[1] ?? summary).slice(0, 300);
  return { kind: 'refused', ref: why.ref, reason: isMoved ? 'moved' : 'rejected', said };
}

async function inScratch<T>(scratchDir: string, work: (gitDir: string) => Promise<T>): Promise<T> {
  const folder = path.join(scratchDir, 'fetch');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const dir = fs.mkdtempSync(path.join(folder, 'remote-'));
  try {
    const gitDir = path.join(dir, 'scratch.git');
    await createStore(gitDir);
    return await work(gitDir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** Stops when more comes than is taken. */
async function download(gitDir: string, fetch: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const packs = path.join(gitDir, 'objects/pack');
  const sizeBytes = (): number =>
    fs
      .readdirSync(packs)
      .reduce((sum, name) => sum + (fs.statSync(path.join(packs, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  const watch = setInterval(() => {
    if (sizeBytes() > maxFetchBytes) stop.abort();
  }, watchMs);
  try {
    await fetch(stop.signal);
  } catch (error) {
    if (stop.signal.aborted)
      throw new Fault('REMOTE_REFUSED', `The remote sends more than ${maxFetchBytes} bytes.`, { state: nothingSent });
    throw error;
  } finally {
    clearInterval(watch);
  }
}

/** What git said when it could not speak to the remote; its own words are kept as data, and a line of them is shown. */
function unreachable(address: RemoteAddress, error: unknown): unknown {
  if (!(error instanceof Fault) || (error.code !== 'GIT_FAILED' && error.code !== 'GIT_TIMEOUT')) return error;
  const said = typeof error.data?.['stderr'] === 'string' ? error.data['stderr'] : '';
  const why =
    error.code === 'GIT_TIMEOUT'
      ? 'there was no answer in time'
      : /does not appear to be a git repository|repository .*not found|does not exist/i.test(said)
        ? 'there is no repository'
        : /dubious ownership/.test(said)
          ? 'it belongs to another user of this machine'
          : /permission denied|authentication failed|could not read (username|password)|terminal prompts disabled/i.test(
                said,
              )
            ? 'it does not let us in'
            : /host key verification failed/i.test(said)
              ? 'its host key is not known'
              : 'it does not answer';
  const shown = address.text.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
  return new Fault('REMOTE_UNREACHABLE', `Nothing reaches ${shown}: ${why}.`, {
    hints: [
      address.transport.kind === 'https'
        ? 'Nothing but what everybody may do is done over https: write an ssh address as merge.remote to push.'
        : `git ls-remote ${shown}   (does it answer you?)`,
    ],
    state: nothingSent,
    cause: error,
    data: { ...error.data },
  });
}
