import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId, findCommitId } from '../../base/ids.ts';
import type { ComponentSources, SourceVersion } from '../../ports/component-sources.ts';
import { encodeCommit, ourselves } from './commit-format.ts';
import { type ComponentAddress, componentAddress } from './component-address.ts';
import { contentProblems } from './component-content.ts';
import type { GitCall, HttpsSettings } from './git-door.ts';
import { atTheEdge } from './git-failure.ts';
import { requireLocalGuard } from './local-guard.ts';
import { objectId } from './object-format.ts';
import { ObjectReader } from './object-reader.ts';
import { newObject, writeLooseObjects } from './object-writer.ts';
import { refProblem } from './path-rules.ts';
import { createStore } from './store-create.ts';
import { commitFacts } from './store-history.ts';
import { TreeReader } from './tree-reader.ts';
import type { GitStore } from './trusted-store.ts';

/** Names that are read; a repository with more is not a component. */
const maxVersions = 50_000;
const maxListBytes = 16 * 1024 * 1024;
/** Bytes that one commit may come to on the way, packed. */
export const maxFetchBytes = 512 * 1024 * 1024;
/** How often the size of what has come is looked at. */
const watchMs = 250;
const nothingTaken = 'Nothing was taken: the store, the branch and production are as they were.';

/** Creates the door to other people's repositories. What is fetched lies in `scratch/fetch` until it was looked through. */
export function createComponentSources(options: {
  readonly store: GitStore;
  readonly https?: HttpsSettings;
  /** For tests: a smaller limit. */
  readonly maxBytes?: number;
}): ComponentSources {
  const { store, https = {}, maxBytes = maxFetchBytes } = options;
  const { parts } = store;
  const folder = path.join(parts.scratchDir, 'fetch');

  const inScratch = async <T>(work: (gitDir: string) => Promise<T>): Promise<T> => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const dir = fs.mkdtempSync(path.join(folder, 'source-'));
    try {
      const gitDir = path.join(dir, 'scratch.git');
      await createStore(gitDir);
      return await work(gitDir);
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
  };

  let guarded: Promise<void> | undefined;
  /** Reads the address. A repository on this machine is entered by a git that obeys nothing in it: tried once. */
  const enter = async (source: string): Promise<ComponentAddress> => {
    const address = componentAddress(source, https);
    if (address.transport.kind === 'file') {
      guarded ??= inScratch((gitDir) => requireLocalGuard(parts.door, path.dirname(gitDir)));
      await guarded.catch((error: unknown) => {
        guarded = undefined;
        throw error;
      });
    }
    return address;
  };

  const ask = async (source: string, call: Omit<GitCall, 'transport'>, address: ComponentAddress): Promise<Buffer> => {
    try {
      return (await parts.door.run({ ...call, transport: address.transport })).stdout;
    } catch (error) {
      throw unreachable(source, error);
    }
  };

  return {
    versions: (source) =>
      atTheEdge('asking a component’s source', 'Nothing was fetched.', () =>
        inScratch(async (gitDir) => {
          const address = await enter(source);
          const args = ['--end-of-options', address.text, 'HEAD', 'refs/heads/*', 'refs/tags/*'];
          const call = { verb: 'ls-remote', args, gitDir, maxOutputBytes: maxListBytes } as const;
          return parseVersions((await ask(source, call, address)).toString('utf8'));
        }),
      ),
    fetchCommit: ({ source, commit, ref }) =>
      atTheEdge('fetching a component', nothingTaken, async () => {
        const address = await enter(source);
        if (ref !== null && refProblem(ref) !== undefined)
          throw new Fault('NAME_INVALID', `The name ${JSON.stringify(ref)} is refused: ${refProblem(ref)}.`);
        const seen = ref?.startsWith('refs/tags/') === true ? seenRef(source, ref) : undefined;
        await requireUnmoved(store, { seen, source, ref, commit });
        const kept = `refs/orchestrate/incoming/commit-${commit}`;
        if ((await store.findRef(kept)) === undefined) {
          await inScratch(async (gitDir) => {
            await downloadCommit({ gitDir, commit, ref, address, source, ask, maxBytes });
            await takeTree(store, { gitDir, commit, source });
          });
        }
        const standIn = asCommitId((await store.findRef(kept)) ?? commit);
        if (seen !== undefined) await store.updateRefs([{ ref: seen, from: null, to: standIn }]);
        return { commit, tree: await store.treeOf(standIn) };
      }),
  };
}

/** Asks for one commit, as deep as itself, and stops when more comes than is taken. */
async function downloadCommit(options: {
  readonly gitDir: string;
  readonly commit: CommitId;
  readonly ref: string | null;
  readonly address: ComponentAddress;
  readonly source: string;
  readonly ask: (source: string, call: Omit<GitCall, 'transport'>, address: ComponentAddress) => Promise<Buffer>;
  readonly maxBytes: number;
}): Promise<void> {
  const { gitDir, commit, ref, address, source, maxBytes } = options;
  const stop = new AbortController();
  const packs = path.join(gitDir, 'objects/pack');
  const watch = setInterval(() => {
    if (bytesIn(packs) > maxBytes) stop.abort();
  }, watchMs);
  try {
    const args = ['--end-of-options', address.text, `+${ref ?? commit}:refs/orchestrate/fetched`];
    await options.ask(source, { verb: 'fetch', args, gitDir, signal: stop.signal }, address);
  } catch (error) {
    if (stop.signal.aborted) throw tooLarge(source, maxBytes);
    throw absent(source, ref ?? commit, error);
  } finally {
    clearInterval(watch);
  }
  if (bytesIn(packs) > maxBytes) throw tooLarge(source, maxBytes);
  const reader = (await fs.promises.readFile(path.join(gitDir, 'refs/orchestrate/fetched'), 'utf8')).trim();
  const got = await peeled(options, reader);
  if (got !== commit) throw rewritten(source, ref ?? commit, { asked: commit, got });
}

async function peeled(
  { ask, address, source, gitDir }: Parameters<typeof downloadCommit>[0],
  id: string,
): Promise<string> {
  const call = { verb: 'cat-file', args: ['--batch-check'], gitDir, stdin: `${id}^{commit}\n` } as const;
  return /^([0-9a-f]{40}) commit /.exec((await ask(source, call, address)).toString('utf8'))?.[1] ?? id;
}

/**
 * Looks through the files where they lie, then imports them under a commit of ours without parents: the history of a
 * component is not needed, and is not taken.
 */
async function takeTree(
  store: GitStore,
  options: { readonly gitDir: string; readonly commit: CommitId; readonly source: string },
): Promise<void> {
  const { gitDir, commit } = options;
  const reader = new ObjectReader(store.parts.door, gitDir);
  try {
    const trees = new TreeReader(reader);
    const { tree } = await commitFacts({ reader }, commit);
    const [problem, ...others] = await contentProblems({ reader, trees }, tree);
    if (problem !== undefined) {
      throw new Fault(
        'COMPONENT_CONTENT_REFUSED',
        `${problem.path} in ${commit.slice(0, 12)} of ${options.source} ${problem.reason}.`,
        { state: nothingTaken, data: { problems: [problem, ...others] } },
      );
    }
    const object = newObject('commit', standInBody(tree, commit));
    await writeLooseObjects(path.join(gitDir, 'objects'), [object]);
    // The scratch repository was cut off below this commit; what hangs from ours is whole.
    fs.rmSync(path.join(gitDir, 'shallow'), { force: true });
    await store.importCommit({ gitDir, commit: asCommitId(object.id), name: `commit-${commit}` });
  } finally {
    await reader.close();
  }
}

const standInBody = (tree: string, commit: CommitId): Buffer =>
  encodeCommit({
    tree,
    parents: [],
    message: `the files of ${commit}\n`,
    author: ourselves,
    committer: ourselves,
    atSeconds: 0,
  });

/** Where it is remembered which files a tag of a source stood for when it was first fetched. */
const seenRef = (source: string, ref: string): string =>
  `refs/orchestrate/sources/${objectId('blob', Buffer.from(source)).slice(0, 16)}/${ref.slice('refs/tags/'.length)}`;

/** A tag is a promise: one that moved is told, not followed. */
async function requireUnmoved(
  store: GitStore,
  options: {
    readonly seen: string | undefined;
    readonly source: string;
    readonly ref: string | null;
    readonly commit: CommitId;
  },
): Promise<void> {
  const known = options.seen === undefined ? undefined : await store.findRef(options.seen);
  if (known === undefined) return;
  const { message } = await store.commitFacts(asCommitId(known));
  const first = /[0-9a-f]{40}/.exec(message)?.[0] ?? known;
  if (first !== options.commit)
    throw rewritten(options.source, options.ref ?? '', { asked: first, got: options.commit });
}

/** Reads what `ls-remote --symref` prints (git-ls-remote(1)). Lines of another form are nobody's names. */
export function parseVersions(text: string): readonly SourceVersion[] {
  const commits = new Map<string, CommitId>();
  let head = '';
  for (const line of text.split('\n')) {
    const symref = /^ref: (refs\/heads\/\S+)\tHEAD$/.exec(line)?.[1];
    if (symref !== undefined) head = symref;
    const [, id, name, peeledMark] = /^([0-9a-f]{40})\t(refs\/(?:heads|tags)\/\S+?)(\^\{\})?$/.exec(line) ?? [];
    const commit = findCommitId(id ?? '');
    if (commit === undefined || name === undefined || refProblem(name) !== undefined) continue;
    if (peeledMark !== undefined || !commits.has(name)) commits.set(name, commit);
    if (commits.size > maxVersions) break;
  }
  return [...commits]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ref, commit]) => ({
      ref,
      name: ref.replace(/^refs\/(heads|tags)\//, ''),
      kind: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      commit,
      isDefault: ref === head,
    }));
}

function bytesIn(folder: string): number {
  try {
    return fs.readdirSync(folder).reduce((sum, name) => sum + fs.lstatSync(path.join(folder, name)).size, 0);
  } catch {
    // A file that git has just moved on: the next look counts it.
    return 0;
  }
}

const stderrOf = ({ data }: Fault): string => (typeof data?.['stderr'] === 'string' ? data['stderr'] : '');

const shownSource = (source: string): string => source.slice(0, 200);

/** What git said when it could not speak to the source; its own words are kept as data. */
function unreachable(source: string, error: unknown): unknown {
  if (!(error instanceof Fault) || error.code !== 'GIT_FAILED') return error;
  const said = stderrOf(error);
  const why = /does not appear to be a git repository|not found|does not exist/i.test(said)
    ? 'there is no repository'
    : /dubious ownership/.test(said)
      ? 'it belongs to another user of this machine'
      : 'it does not answer';
  return new Fault('COMPONENT_SOURCE_UNREACHABLE', `Nothing came from ${shownSource(source)}: ${why}.`, {
    hints: ['Try again when it answers, or write where it is now as its source into components.lock.'],
    state: nothingTaken,
    cause: error,
    data: { source, ...error.data },
  });
}

function absent(source: string, asked: string, error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const said = stderrOf(error);
  if (error.code !== 'COMPONENT_SOURCE_UNREACHABLE') return error;
  if (/couldn't find remote ref|not our ref|no such remote ref/i.test(said)) {
    return new Fault('COMPONENT_VERSION_NOT_FOUND', `${shownSource(source)} has no ${asked}.`, {
      hints: ['orchestrate run "update comfyui" --dry-run   (without --target: the newest release)'],
      state: nothingTaken,
      data: error.data ?? {},
    });
  }
  // Objects that git's own check refuses: a broken or forged repository.
  if (/fsck error|error: object|invalid|index-pack failed/i.test(said)) {
    return new Fault('COMPONENT_CONTENT_REFUSED', `What ${shownSource(source)} sent is not well-formed.`, {
      state: nothingTaken,
      data: error.data ?? {},
    });
  }
  return error;
}

const tooLarge = (source: string, maxBytes: number): Fault =>
  new Fault('COMPONENT_CONTENT_REFUSED', `${shownSource(source)} sends more than ${maxBytes} bytes for one commit.`, {
    state: nothingTaken,
  });

const rewritten = (source: string, name: string, ids: { readonly asked: string; readonly got: string }): Fault =>
  new Fault(
    'COMPONENT_REWRITTEN',
    `${name.replace('refs/tags/', '')} of ${shownSource(source)} names ${ids.got.slice(0, 12)} now; it named ${ids.asked.slice(0, 12)}.`,
    {
      hints: [`If its author says why: orchestrate run "update comfyui" --target ${ids.got}`],
      state: nothingTaken,
      data: { source, name, ...ids },
    },
  );
