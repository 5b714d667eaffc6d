import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';

// Runs inside of a wall and tries what must not work there. It says what it saw; whether the wall held is judged outside, by what is
// there. Its argument is JSON: paths, ports, a pid and the addresses that it is to try.
interface Acts {
  readonly outside: string;
  readonly secret: string;
  readonly git: string;
  readonly pid: number;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly sockets: readonly string[];
}

const acts = JSON.parse(process.argv[2] ?? '') as Acts;
const said: Record<string, string> = {};

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
const tried = (act: string, attempt: () => string): void => {
  try {
    said[act] = [said[act], attempt()].filter(Boolean).join(' ');
  } catch (error) {
    said[act] = [said[act], codeOf(error)].filter(Boolean).join(' ');
  }
};

tried('write-outside', () => {
  writeFileSync(acts.outside, 'written');
  return 'written';
});
tried('read-secret', () => readFileSync(acts.secret, 'utf8'));
for (const change of [
  () => writeFileSync(acts.git, 'written'),
  () => unlinkSync(acts.git),
  () => renameSync(acts.git, `${acts.git}-moved`),
  () => rmSync(acts.git, { recursive: true }),
  () => writeFileSync(`${acts.git}/config`, 'written'),
])
  tried('write-git', () => {
    change();
    return 'changed';
  });
tried('see-processes', () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1');
      } catch {
        return '';
      }
    })
    .join(' ')
    .replaceAll('\0', ' '),
);
tried('signal-parent', () => {
  process.kill(acts.pid, 'SIGKILL');
  return 'sent';
});
tried('nest-namespace', () => {
  const nested = spawnSync('unshare', ['--user', '--map-root-user', 'readlink', '/proc/self/ns/user'], {
    encoding: 'utf8',
  });
  if (nested.error !== undefined) return 'no unshare here';
  return nested.status === 0 ? `nested ${nested.stdout.trim()}` : nested.stderr.trim();
});

const reach = (to: NetConnectOpts): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(to, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve('no answer');
    });
    socket.on('error', (error) => resolve(codeOf(error)));
  });

void Promise.all([
  ...acts.addresses.map(async ({ host, port }) => `${host} ${await reach({ host, port })}`),
  ...acts.sockets.map(async (path) => `${path} ${await reach({ path })}`),
]).then((connections) => {
  process.stdout.write(JSON.stringify({ ...said, connections: connections.join(', ') }));
});
