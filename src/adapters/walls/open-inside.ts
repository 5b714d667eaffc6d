import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { ProcessIdentity } from '../../ports/processes.ts';
import type { EgressDecision, WalledProgram, WallSpec } from '../../ports/walls.ts';
import { loadRow } from '../process/linux-process-table.ts';
import type { Bubblewrap } from './bubblewrap.ts';
import { openEgressProxy, type EgressProxy } from './egress-proxy.ts';
import { etcTexts, hostBase } from './host-base.ts';
import { insideScript } from './inside-script.ts';
import { openKept } from './kept-files.ts';
import { makeLimitGroup } from './limit-groups.ts';
import { membersOf, namespaceOf } from './members.ts';
import { ownDevices } from './own-devices.ts';
import { ownHelper } from './own-helper.ts';
import { inside } from './places-inside.ts';
import { profile } from './profile.ts';
import { makeProtected, requireNoLink } from './protected-places.ts';
import { runWalled } from './run-walled.ts';
import { seccompFilter } from './seccomp-filter.ts';
import { fds, type Inside, startInside } from './start-inside.ts';
import { leftPrefix, sweepLeft } from './sweep-left.ts';

/** How long the sandbox may take to be there and to be looked at. */
const readyMs = 30_000;
/** What Node reserves of data and never touches. Where only the process has a limit, that comes on top; the looks now and then count what is used. */
const reservedBytes = 1024 * 1024 * 1024;

/**
 * Puts the wall up and starts the program in it, once the look inside held. What was made for it on the host is gone when it has ended.
 * Faults: `WALL_BROKEN`, `WALL_MISSING`; nothing runs then.
 */
export async function openInside(
  bubblewrap: Bubblewrap,
  spec: WallSpec,
  options: {
    readonly signal: AbortSignal;
    readonly onEgress: (decision: EgressDecision) => void;
    /** More of ours that is seen inside. */
    readonly ours?: readonly { readonly from: string; readonly at: string }[];
  },
): Promise<WalledProgram> {
  const undo: (() => void | Promise<void>)[] = [];
  const clean = async (): Promise<void> => {
    for (const one of undo.splice(0).toReversed()) await one();
  };
  try {
    requireNoLink(
      [...(spec.covers ?? []), ...spec.sockets].map(({ at }) => at),
      spec.writable,
    );
    const made = await prepare(spec, { undo, onEgress: options.onEgress });
    const seccomp = seccompFilter(process.arch);
    const etc = Object.entries(etcTexts);
    const kept = openKept(spec.home);
    const homeFiles = kept.files.map(({ at, mode }, index) => ({ at, mode, fd: fds.firstFile + etc.length + index }));
    const args = profile(made.spec, {
      base: hostBase(),
      features: bubblewrap,
      etcFiles: etc.map(([at], index) => ({ at, mode: 0o444, fd: fds.firstFile + index })),
      homeFiles,
      devices: made.devices,
      ours: [{ from: process.execPath, at: inside.node }, ...made.ours, ...(options.ours ?? [])],
      seccompFd: seccomp === undefined ? undefined : fds.seccomp,
      statusFd: fds.status,
    });
    const group = makeLimitGroup(spec.limits, `${process.pid}-${made.name}`);
    undo.push(group.remove);
    const { memoryBytes, processes } = spec.limits;
    const started = await startInside({
      bwrap: bubblewrap.path,
      args,
      seccomp,
      files: [...etc.map(([, text]) => text), ...kept.files.map(({ data }) => data)],
      groups: group.folders,
      command: [
        ...['/bin/sh', '-c', insideScript, 'sh'],
        group.capsMemory ? 'unlimited' : String(Math.ceil((memoryBytes + reservedBytes) / 1024)),
        String(group.capsProcesses ? 0 : processes),
        ...[made.relay, made.ways, made.outside, made.secret],
        ...[String(spec.protected.length), ...spec.protected],
        ...[String(kept.keptPaths.length), ...kept.keptPaths],
        ...[spec.program, ...spec.args],
      ],
    });
    const found = await requireHeld(started, spec, made).catch((error: unknown) => {
      killStarted(started);
      throw error;
    });
    undo.push(() => closeSync(found.namespaceFd));
    started.go();
    return runWalled(started, {
      spec,
      group,
      signal: options.signal,
      identity: found.identity,
      members: () => membersOf(found.namespace),
      onKept: kept.take,
      clean,
    });
  } catch (error) {
    await clean();
    throw error;
  }
}

interface Prepared {
  readonly spec: WallSpec;
  readonly name: string;
  readonly ours: readonly { readonly from: string; readonly at: string }[];
  readonly relay: string;
  readonly ways: string;
  /** Is written when the wall does not hold. */
  readonly outside: string;
  /** Holds `token`, which nobody inside can know. */
  readonly secret: string;
  readonly token: string;
  readonly devices: readonly { readonly from: string; readonly at: string }[];
}

/** Makes what the sandbox needs on the host: a folder that only we enter, the proxy, and what is protected. */
async function prepare(
  spec: WallSpec,
  { undo, onEgress }: { undo: (() => void | Promise<void>)[]; onEgress: (decision: EgressDecision) => void },
): Promise<Prepared> {
  // The path of a socket is short.
  const parent = tmpdir().length > 60 ? '/tmp' : tmpdir();
  sweepLeft(parent, 'folders');
  const dir = mkdtempSync(join(parent, `${leftPrefix}${process.pid}-`));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const places = makeProtected(spec.protected, spec.writable);
  undo.push(() => places.remove());
  const [outside, secret] = [join(dir, 'outside'), join(dir, 'secret')];
  const token = dir.slice(-6);
  writeFileSync(secret, `${token}\n`, { mode: 0o600 });
  const made = { name: token, outside, secret, token, devices: ownDevices(dir) };
  if (spec.egress.length === 0 && spec.loopback.length === 0) return { ...made, spec, ours: [], relay: '', ways: '' };
  const path = join(dir, 'egress.sock');
  const rules = { hosts: spec.egress, loopback: spec.loopback };
  const proxy: EgressProxy = await openEgressProxy({ path, rules, onDecision: onEgress });
  undo.push(() => proxy.close());
  const helper = ownHelper('egress-relay');
  return {
    ...made,
    spec: { ...spec, env: { ...spec.env, ...proxyVariables } },
    ours: [helper, { from: path, at: inside.egressSocket }],
    relay: helper.at,
    ways: [inside.egressSocket, inside.proxyPort, ...spec.loopback].join(' '),
  };
}

const proxyUrl = `http://127.0.0.1:${inside.proxyPort}`;
/** What curl, pip, npm, Node 24 and the SDKs read. */
const proxyVariables = {
  ...{ HTTPS_PROXY: proxyUrl, https_proxy: proxyUrl, NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' },
  NODE_USE_ENV_PROXY: '1',
};

interface Held {
  readonly identity: ProcessIdentity;
  readonly namespace: string;
  /** Held open: the kernel would give the number of a namespace that is gone to the next sandbox, and a stop would end that one. */
  readonly namespaceFd: number;
}

/** Waits until the script inside has tried, and judges by what is seen outside. */
async function requireHeld(
  started: Inside,
  { protected: kept }: WallSpec,
  { outside, token }: Prepared,
): Promise<Held> {
  const errors: Buffer[] = [];
  const onError = (chunk: Buffer): void => void errors.push(chunk);
  started.stderr.on('data', onError);
  const timer = setTimeout(() => killStarted(started), readyMs);
  const said: string[] = [];
  for (;;) {
    const next = await started.told.next();
    if (next.done === true) break;
    if (next.value === 'ready') break;
    said.push(next.value);
  }
  clearTimeout(timer);
  started.stderr.off('data', onError).pause();
  const harm = [
    ...said,
    ...(existsSync(outside) ? ['wrote a file outside'] : []),
    ...kept.filter((path) => existsSync(`${path}/.orchestrate-try`)).map((path) => `wrote below ${path}`),
  ];
  const pid = await started.firstPid;
  const [row, namespace] = [await loadRow(pid), await namespaceOf(pid)];
  if (harm.length > 0) throw broken(harm.map((one) => one.replaceAll(token, '…')).join('; '));
  if (row === undefined || namespace === undefined)
    throw broken(Buffer.concat(errors).toString('utf8').trim().slice(0, 400) || 'it ended before the program began');
  if (namespace === (await namespaceOf(process.pid))) throw broken('its processes are not apart from ours');
  return { identity: { pid, startTime: row.startTime }, namespace, namespaceFd: openSync(`/proc/${pid}/ns/pid`, 'r') };
}

const broken = (why: string): Fault =>
  new Fault('WALL_BROKEN', `The wall around the program does not hold: ${why}.`, {
    state: 'The program was not started.',
  });

function killStarted({ child }: Inside): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
