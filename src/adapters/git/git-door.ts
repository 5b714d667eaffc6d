import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { OpenProgram, RawResult, Spawner } from '../process/spawner.ts';
import { gitFailure, startFailure } from './git-failure.ts';

/** What may be asked of git. A verb without a rule here cannot be run. */
export type GitVerb = keyof typeof verbRules;

export interface GitCall {
  readonly verb: GitVerb;
  readonly args: readonly string[];
  readonly gitDir: string;
  /** Private index; without one git is pointed at a file that does not exist. */
  readonly indexFile?: string;
  /** Only for verbs that look at files. */
  readonly workTree?: string;
  /** Object folders read beside the repository's own, e.g. the one of a home that is being imported. */
  readonly alternates?: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** The one transport that this call may use, for verbs that reach another repository; without it only plain files. */
  readonly transport?: GitTransport;
  /** Ends the git. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Output beyond the limit is dropped instead of refused: `truncated` says so. */
  readonly dropsRest?: boolean;
  /** Exit codes that are an answer; anything else rejects. */
  readonly answers?: readonly number[];
}

/** How another repository is reached: its folder on this machine, a server with a certificate, or ssh as the person has set it up. */
export type GitTransport =
  | { readonly kind: 'file' }
  | ({ readonly kind: 'https' } & HttpsSettings)
  | { readonly kind: 'ssh'; /** Socket of the person's ssh agent. */ readonly agent?: string };

/** The person's own, said aloud: git's configuration and environment are not read. */
export interface HttpsSettings {
  readonly proxy?: string;
  /** PEM file of the authorities that are trusted, instead of the system's. */
  readonly certificateFile?: string;
}

/** A git command line that obeys nothing but this file. */
export interface PlannedCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** The one place where git command lines and their environment are made. */
export interface GitDoor {
  plan(call: GitCall): PlannedCall;
  run(call: GitCall): Promise<RawResult>;
  /** Starts a git that stays, such as `cat-file --batch-command`. */
  open(call: GitCall): Promise<OpenProgram>;
  /** The program that is run; `GIT_MISSING` when there is none on the search path. */
  program(): string;
}

/** Flags of security.md 1.4: local configuration is attacker territory, so every key that runs or rewrites something is pinned. */
const pinnedConfig = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.sshCommand=/bin/false',
  'core.askPass=/bin/false',
  'core.editor=/bin/false',
  'core.pager=cat',
  'credential.helper=',
  'protocol.allow=never',
  'protocol.file.allow=always',
  'protocol.ext.allow=never',
  'commit.gpgSign=false',
  'tag.gpgSign=false',
  'tag.forceSignAnnotated=false',
  'log.showSignature=false',
  'merge.verifySignatures=false',
  'gpg.program=/bin/false',
  'gpg.ssh.program=/bin/false',
  'gpg.x509.program=/bin/false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'push.recurseSubmodules=no',
  'diff.ignoreSubmodules=all',
  'gc.auto=0',
  'maintenance.auto=false',
  'safe.bareRepository=explicit',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'core.autocrlf=false',
  'core.quotePath=true',
  'color.ui=never',
  'transfer.fsckObjects=true',
  'core.fsync=all',
  // A graph, index of packs or bitmap is a claim about objects; only the objects themselves are read.
  'core.commitGraph=false',
  'core.multiPackIndex=false',
  'pack.useBitmaps=false',
] as const;

const globalFlags: readonly string[] = [
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...pinnedConfig.flatMap((pair) => ['-c', pair]),
];

/**
 * For calls over https: the address is followed once when the repository was renamed, to https only; no cookie, no
 * password, no header of anybody's; a server that dribbles is given up. Two limits of time hold besides the verb's.
 */
const httpsConfig = [
  'protocol.https.allow=always',
  'protocol.file.allow=never',
  'http.followRedirects=initial',
  'http.sslVerify=true',
  'http.cookieFile=',
  'http.saveCookies=false',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=60',
  'fetch.bundleURI=',
  'transfer.bundleURI=false',
] as const;

/** For calls over ssh: nothing but ssh. `core.sshCommand` gives way to the environment, which says `sshCommand`. */
const sshConfig = ['protocol.ssh.allow=always', 'protocol.file.allow=never', 'transfer.bundleURI=false'] as const;

/** Old histories hold these harmless slips; refusing them would refuse well-known repositories. */
export const toleratedSlips = [
  'zeroPaddedFilemode',
  'missingSpaceBeforeDate',
  'badTimezone',
  'missingEmail',
  'missingSpaceBeforeEmail',
  'badDate',
  'badDateOverflow',
  'gitmodulesUrl',
  'gitmodulesName',
  'gitmodulesUpdate',
] as const;

/**
 * For calls over ssh: the person's own ssh configuration and keys, found by their user id, and nothing of any repository. It asks
 * nothing, trusts no host that is not known, carries nothing else along, and gives up.
 */
const sshCommand = [
  'ssh',
  '-oBatchMode=yes',
  '-oStrictHostKeyChecking=yes',
  '-oClearAllForwardings=yes',
  '-oForwardAgent=no',
  '-oPermitLocalCommand=no',
  '-oControlMaster=no',
  '-oConnectTimeout=20',
  '-oServerAliveInterval=15',
  '-oServerAliveCountMax=4',
].join(' ');

interface VerbRule {
  /** What git calls it, where one of its verbs has two rules here. */
  readonly verb?: string;
  /** Always directly after the verb. */
  readonly flags: readonly string[];
  readonly timeoutMs: number;
}

const rule = (timeoutMs: number, ...flags: string[]): VerbRule => ({ flags, timeoutMs });

/** Per-verb rules of security.md 1.4. The times are far above any healthy run: they only end a git that hangs. */
const verbRules = {
  'cat-file': rule(60_000),
  'update-ref': rule(15_000),
  'pack-objects': rule(600_000, '-q'),
  'index-pack': rule(600_000),
  'merge-tree': rule(120_000),
  'merge-base': rule(60_000),
  'diff-tree': rule(120_000, '--no-ext-diff', '--no-textconv', '--text', '--no-color', '--ignore-submodules=all'),
  'ls-files': rule(60_000),
  fsck: rule(600_000),
  'ls-remote': rule(60_000, '--symref', '--quiet'),
  // One commit without its history, as a pack; nothing but what is asked for, no submodule, no file for FETCH_HEAD.
  fetch: rule(
    900_000,
    '--quiet',
    '--depth=1',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
    '--no-write-commit-graph',
    '--keep',
    '--upload-pack=git-upload-pack',
  ),
  // A branch with its history, for a remote that a merge goes to.
  'fetch-history': {
    ...rule(
      600_000,
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
      '--no-write-fetch-head',
      '--no-write-commit-graph',
      '--keep',
      '--upload-pack=git-upload-pack',
    ),
    verb: 'fetch',
  },
  // All refs or none, each from the value that is said with it; no hook of ours, nothing signed, nothing followed.
  push: rule(
    300_000,
    '--porcelain',
    '--atomic',
    '--no-verify',
    '--no-signed',
    '--no-follow-tags',
    '--no-recurse-submodules',
    '--receive-pack=git-receive-pack',
  ),
  version: rule(15_000),
} as const;

/**
 * Creates the door. `searchPath` is the PATH given to git, and where it is looked for when `gitProgram`
 * is not said; `scratchDir` holds the empty HOME. Nothing of the caller's environment is inherited.
 */
export function createGitDoor(options: {
  readonly spawner: Spawner;
  readonly scratchDir: string;
  readonly searchPath: string;
  readonly gitProgram?: string;
}): GitDoor {
  const emptyHome = path.join(options.scratchDir, 'empty-home');
  fs.mkdirSync(emptyHome, { recursive: true, mode: 0o700 });
  let found: string | undefined;

  const program = (): string => (found ??= options.gitProgram ?? findProgram(options.searchPath));

  const plan = (call: GitCall): PlannedCall => {
    const verb: VerbRule = verbRules[call.verb];
    return {
      program: program(),
      args: [...globalFlags, ...transportFlags(call.transport), verb.verb ?? call.verb, ...verb.flags, ...call.args],
      env: environment(call, emptyHome, options.searchPath),
      cwd: emptyHome,
      timeoutMs: call.timeoutMs ?? verb.timeoutMs,
    };
  };

  return {
    plan,
    program,
    async run(call) {
      const planned = plan(call);
      const runOnce = (): Promise<RawResult> =>
        options.spawner.run(
          {
            ...planned,
            ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
            maxOutputBytes: call.maxOutputBytes ?? 64 * 1024 * 1024,
          },
          call.signal,
        );
      let result: RawResult;
      try {
        result = await runOnce().catch((error: unknown) => (isHelperLost(error) ? runOnce() : Promise.reject(error)));
        // Somebody killed it, the kernel for want of memory perhaps. Every verb that is run here may be repeated.
        const wasKilled = result.signal === 'SIGKILL' && !result.timedOut && !result.truncated;
        if (wasKilled && call.signal?.aborted !== true) result = await runOnce();
      } catch (error) {
        throw startFailure(error, planned.program);
      }
      const isTooLong = result.truncated && call.dropsRest !== true;
      if (result.timedOut || isTooLong || !(call.answers ?? [0]).includes(result.exitCode ?? -1)) {
        throw gitFailure(call.verb, result);
      }
      return result;
    },
    async open(call) {
      const planned = plan(call);
      const openOnce = (): Promise<OpenProgram> =>
        options.spawner.open({ program: planned.program, args: planned.args, env: planned.env, cwd: planned.cwd });
      try {
        return await openOnce().catch((error: unknown) => (isHelperLost(error) ? openOnce() : Promise.reject(error)));
      } catch (error) {
        throw startFailure(error, planned.program);
      }
    },
  };
}

/** The process that starts programs was killed; it is started again with the next request. */
const isHelperLost = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'HELPER_LOST';

function environment(call: GitCall, emptyHome: string, searchPath: string): Record<string, string> {
  return {
    PATH: searchPath,
    HOME: emptyHome,
    XDG_CONFIG_HOME: emptyHome,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_DIR: call.gitDir,
    GIT_INDEX_FILE: call.indexFile ?? path.join(emptyHome, 'no-index'),
    ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
    ...(call.alternates === undefined
      ? {}
      : { GIT_ALTERNATE_OBJECT_DIRECTORIES: call.alternates.map(quoteForPathList).join(':') }),
    GIT_CEILING_DIRECTORIES: path.dirname(emptyHome),
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: call.transport?.kind ?? 'file',
    // A repository that is fetched from may be a partial clone: it must not fetch what it lacks, by programs that it names.
    GIT_NO_LAZY_FETCH: '1',
    ...httpsEnvironment(call.transport),
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_SSH_COMMAND: call.transport?.kind === 'ssh' ? sshCommand : '/bin/false',
    ...(call.transport?.kind === 'ssh' && call.transport.agent !== undefined
      ? { SSH_AUTH_SOCK: call.transport.agent }
      : {}),
    GIT_SSH_VARIANT: 'ssh',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_TERMINAL_PROMPT: '0',
    GIT_EDITOR: '/bin/false',
    GIT_SEQUENCE_EDITOR: '/bin/false',
    GIT_PAGER: 'cat',
    GIT_COMMITTER_NAME: 'orchestrate',
    GIT_COMMITTER_EMAIL: 'orchestrate@localhost',
    GIT_AUTHOR_NAME: 'orchestrate',
    GIT_AUTHOR_EMAIL: 'orchestrate@localhost',
  };
}

function transportFlags(transport: GitTransport | undefined): readonly string[] {
  if (transport === undefined) return [];
  const slips = toleratedSlips.map((id) => `fetch.fsck.${id}=ignore`);
  const own = transport.kind === 'https' ? httpsConfig : transport.kind === 'ssh' ? sshConfig : [];
  return [...own, ...slips].flatMap((pair) => ['-c', pair]);
}

function httpsEnvironment(transport: GitTransport | undefined): Record<string, string> {
  if (transport?.kind !== 'https') return {};
  const { proxy, certificateFile } = transport;
  return {
    ...(proxy === undefined ? {} : { https_proxy: proxy }),
    ...(certificateFile === undefined ? {} : { GIT_SSL_CAINFO: certificateFile }),
  };
}

/** A path with `:` or a leading quote has to be C-quoted in a list of object folders (gitfaq, GIT_ALTERNATE_OBJECT_DIRECTORIES). */
function quoteForPathList(folder: string): string {
  return /[:"\n]/.test(folder) ? `"${folder.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"` : folder;
}

function findProgram(searchPath: string): string {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const candidate = path.join(folder, 'git');
    try {
      fs.accessSync(candidate, fs.constants.X_OK);
      if (fs.statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here: the next folder.
    }
  }
  throw new Fault('GIT_MISSING', 'git was not found on the search path.', {
    hints: ['install git 2.39 or newer', 'orchestrate doctor'],
    state: 'Nothing was changed.',
    data: { searchPath },
  });
}
