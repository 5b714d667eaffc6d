import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Set in the copy of the demonstration that runs without a network. */
const MARK = 'ORCHESTRATE_DEMO_OFFLINE';

/** A program of util-linux; asked to map the user and to make a network namespace. */
const UNSHARE = 'unshare';

/** Brings up the loopback device, which is down in a new network namespace, then becomes the given program. */
const WITH_LOOPBACK = `
import fcntl, os, socket, struct, sys
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
os.execv(sys.argv[1], sys.argv[1:])
`;

export function isOffline(): boolean {
  return process.env[MARK] === '1';
}

/**
 * Runs this program again, with the same arguments, in a network namespace that
 * has nothing but loopback, and returns its exit code; undefined when this
 * machine does not let us make one.
 */
export async function againWithoutNetwork(program: string, args: readonly string[]): Promise<number | undefined> {
  const isPossible =
    process.platform === 'linux' &&
    spawnSync(UNSHARE, ['-rn', 'python3', '-c', WITH_LOOPBACK, '/bin/true'], { stdio: 'ignore' }).status === 0;
  if (!isPossible) return undefined;
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', program, ...args];
  const child = spawn(UNSHARE, ['-rn', 'python3', '-c', WITH_LOOPBACK, ...node], {
    env: { ...process.env, [MARK]: '1' },
    stdio: 'inherit',
  });
  // A Ctrl-C reaches the child too, which cleans up; we only wait for it.
  const ignore = (): void => {};
  process.on('SIGINT', ignore).on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
