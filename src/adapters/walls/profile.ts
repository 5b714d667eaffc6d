import type { WallSpec } from '../../ports/walls.ts';
import { inside } from './places-inside.ts';

/** What this bubblewrap can do, as its help says. */
export interface Features {
  /** `--size`: how much a tmpfs takes (0.8). */
  readonly canSize: boolean;
  /** `--disable-userns` (0.8). */
  readonly canDisableUserns: boolean;
}

/** What is there of this machine, by how it is there. */
export interface Base {
  /** Links at the top: `/bin` to `usr/bin`. */
  readonly links: readonly { readonly at: string; readonly to: string }[];
  /** Files and folders that are seen as they are, below `/usr` and `/etc`. */
  readonly shown: readonly string[];
}

/** One file that bubblewrap copies into the HOME: `fd` is where it reads it. */
export interface HomeFile {
  readonly at: string;
  readonly fd: number;
  readonly mode: number;
}

export interface ProfileParts {
  readonly base: Base;
  readonly features: Features;
  readonly homeFiles: readonly HomeFile[];
  /** Host's file to its place inside: our Node, our programs, sockets. */
  readonly ours: readonly { readonly from: string; readonly at: string }[];
  /** Devices of our own that lie over those of the host. */
  readonly devices: readonly { readonly from: string; readonly at: string }[];
  /** Text files of /etc that say who is there: a path and the number where it is read. */
  readonly etcFiles: readonly HomeFile[];
  /** Where bwrap reads the filter of calls; undefined where there is none for this machine. */
  readonly seccompFd: number | undefined;
  readonly statusFd: number;
}

/**
 * Returns the arguments of bubblewrap (https://github.com/containers/bubblewrap/blob/main/bwrap.xml): a root of `/usr`, links and a few
 * files of `/etc`; /tmp, HOME and /dev/shm of a size; every namespace; no capability; a user of its own that is ours outside, so that what
 * it writes in the slot is ours. Of the host nothing is there that the spec does not name; nothing at the top can be written.
 */
export function profile(spec: WallSpec, parts: ProfileParts): readonly string[] {
  const { base, features, statusFd, seccompFd } = parts;
  return [
    ...['--unshare-all', '--unshare-user', '--uid', '1000', '--gid', '1000', '--hostname', 'agent'],
    ...(features.canDisableUserns ? ['--disable-userns'] : []),
    ...['--new-session', '--die-with-parent', '--clearenv', '--cap-drop', 'ALL'],
    ...['--json-status-fd', String(statusFd)],
    ...(seccompFd === undefined ? [] : ['--seccomp', String(seccompFd)]),
    ...['--ro-bind', '/usr', '/usr'],
    ...base.links.flatMap(({ at, to }) => ['--symlink', to, at]),
    ...base.shown.flatMap((path) => ['--ro-bind', path, path]),
    ...parts.etcFiles.flatMap(({ at, fd, mode }) => ['--perms', octal(mode), '--ro-bind-data', String(fd), at]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...parts.devices.flatMap(({ from, at }) => ['--dev-bind', from, at]),
    ...temporary(spec, features),
    ...binds(spec),
    ...parts.ours.flatMap(({ from, at }) => ['--ro-bind', from, at]),
    ...parts.homeFiles.flatMap(({ at, fd, mode }) => ['--perms', octal(mode), '--file', String(fd), at]),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...Object.entries(environment(spec)).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', spec.cwd],
  ];
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Shared memory that programs of Python and browsers ask for. */
const sharedBytes = 64 * 1024 * 1024;

function temporary({ limits }: WallSpec, { canSize }: Features): readonly string[] {
  const shared = Math.min(sharedBytes, Math.floor(limits.temporaryBytes / 4));
  const each = Math.floor((limits.temporaryBytes - shared) / 2);
  const tmpfs = (at: string, sizeBytes: number, mode: string): readonly string[] => [
    ...['--perms', mode],
    ...(canSize ? ['--size', String(Math.max(sizeBytes, 4096))] : []),
    ...['--tmpfs', at],
  ];
  return [...tmpfs('/dev/shm', shared, '1777'), ...tmpfs('/tmp', each, '1777'), ...tmpfs(inside.home, each, '0700')];
}

/** What lies deeper comes later: a folder that may be written can lie in one that may be read. */
function binds({ readable, writable, protected: kept, covers = [], sockets }: WallSpec): readonly string[] {
  const rows = [
    ...readable.map((path) => ['--ro-bind', path, path] as const),
    ...writable.map((path) => ['--bind', path, path] as const),
  ].toSorted(([, a], [, b]) => a.length - b.length);
  return [
    ...rows.flat(),
    ...kept.flatMap((path) => ['--ro-bind', path, path]),
    ...covers.flatMap(({ from, at }) => ['--ro-bind', from, at]),
    ...sockets.flatMap(({ from, at }) => ['--ro-bind', from, at]),
  ];
}

/** The environment of the spec; where its HOME is, and what is left of a person's, is decided here. */
const environment = ({ env, mark }: WallSpec): Readonly<Record<string, string>> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  ...env,
  HOME: inside.home,
  TMPDIR: '/tmp',
  USER: 'agent',
  LOGNAME: 'agent',
  ORCHESTRATE_MARK: mark,
});
