import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Answer, orchestrate } from './program.ts';

/** A person's repository with a tiny HTTP server of Python, and the packed program beside it. All paths are absolute. */
export interface ServiceWorld {
  readonly folder: string;
  readonly home: string;
  readonly port: number;
  /** In `.env`, which git ignores and `.worktreeinclude` names. */
  readonly secret: string;
  /** Runs a command in home; throws where it ends badly. */
  ok(...args: readonly string[]): Promise<Answer>;
  run(...args: readonly string[]): Promise<Answer>;
  git(...args: readonly string[]): string;
  /** Makes a branch `name` on the branch's head with these files, committed. */
  branch(name: string, files: Readonly<Record<string, string>>): void;
  /** Commits as a person does. */
  commit(files: Readonly<Record<string, string>>): void;
  /** What production says, or null when nothing answers. */
  says(path?: string): Promise<string | null>;
  /** Ends what runs and removes everything. */
  end(): Promise<void>;
}

export interface ServerOptions {
  readonly version?: string;
  /** Status of `/health`. */
  readonly health?: number;
  /** Ends at once with these words. */
  readonly dies?: string;
}

/** Source of the server: it tells its version, its port, and the digest of the key that it was given. */
export const serverSource = ({ version = 'v1', health = 200, dies }: ServerOptions = {}): string => `import argparse
import hashlib
import http.server
import os
import sys

VERSION = ${JSON.stringify(version)}
HEALTH = ${health}


def key():
    try:
        with open(".env") as file:
            return file.read().strip().split("=", 1)[1]
    except FileNotFoundError:
        return ""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        told = {
            "/health": VERSION,
            "/": VERSION,
            "/key": hashlib.sha256(key().encode()).hexdigest(),
            "/port": os.environ["PORT"],
            "/names": " ".join(sorted(os.environ)),
        }
        self.send_response(HEALTH if self.path == "/health" else 200)
        self.end_headers()
        self.wfile.write(told.get(self.path, "?").encode())

    def log_message(self, *arguments):
        pass


${dies === undefined ? '' : `sys.exit(${JSON.stringify(dies)})\n`}parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
print("printed-by-the-service", VERSION, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler).serve_forever()
`;

export const checkSource = `import unittest


class Check(unittest.TestCase):
    def test_version(self):
        with open("server.py") as file:
            self.assertNotIn("bad-version", file.read())
        with open(".env") as file:
            print("the check read", file.read().strip())
`;

export const startOptions = [
  '--template',
  'service',
  '--start',
  'python3 server.py --port {port}',
  '--ready',
  'http://127.0.0.1:{port}/health',
] as const;

/** Makes the repository; `init` is the test's. */
export async function makeServiceWorld(): Promise<ServiceWorld> {
  const folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'orchestrate-service-')));
  const home = join(folder, 'app');
  fs.mkdirSync(join(folder, 'run'), { mode: 0o700 });
  fs.mkdirSync(join(folder, 'user'));
  const port = await freePort();
  const secret = `key-${folder.slice(-6)}-0123456789abcdef`;
  const more = { HOME: join(folder, 'user'), XDG_CACHE_HOME: join(folder, 'user/.cache') };
  const put = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      fs.mkdirSync(join(home, path, '..'), { recursive: true });
      fs.writeFileSync(join(home, path), text);
    }
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', home, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  put({
    'server.py': serverSource(),
    'test_server.py': checkSource,
    // Folders that orchestrate has names for elsewhere, and files that ComfyUI's homes have: here they are the person's.
    'logs/kept.txt': 'mine\n',
    'memory/kept.txt': 'mine\n',
    'requirements.lock': 'flask==3.0.0  # pinned by me\n',
    'components.lock': 'not yours\n',
    '.gitignore': '.env\n.cache/\n__pycache__/\n',
    '.worktreeinclude': '.env\n',
    '.env': `API_KEY=${secret}\n`,
  });
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', home]);
  git('add', '--all');
  git('commit', '--quiet', '--message=my service');

  const run = (...args: readonly string[]): Promise<Answer> => orchestrate({ folder, home }, args, more);
  const commit = (files: Readonly<Record<string, string>>): void => {
    put(files);
    git('add', '--all');
    git('commit', '--quiet', '--message=by hand');
  };
  return {
    ...{ folder, home, port, secret, run, git, commit },
    async ok(...args) {
      const answer = await run(...args);
      if (answer.exitCode !== 0)
        throw new Error(
          `orchestrate ${args.join(' ')} ended with ${answer.exitCode}: ${answer.stderr}${answer.stdout}`,
        );
      return answer;
    },
    branch(name, files) {
      git('switch', '--quiet', '--create', name);
      commit(files);
      git('switch', '--quiet', 'main');
    },
    async says(path = '/') {
      try {
        return await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      } catch {
        return null;
      }
    },
    async end() {
      await run('service', 'stop').catch(() => undefined);
      await run('supervisor', 'stop').catch(() => undefined);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Below what the system hands out by itself, and free now. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 9_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

/** Every file below the folders that holds the text, relative to the world. */
export function filesWith(world: ServiceWorld, text: string, folders: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const folder of folders) {
    if (!fs.existsSync(folder)) continue;
    for (const one of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!one.isFile()) continue;
      const path = join(one.parentPath, one.name);
      if (fs.readFileSync(path).includes(text)) found.push(path.slice(world.folder.length + 1));
    }
  }
  return found.toSorted();
}

/** Whether any object that git has there holds the text: commits, tags, trees' files, also unreachable ones. */
export function objectsWith(gitDir: string, text: string): number {
  const run = (args: readonly string[], input?: string): Buffer =>
    execFileSync('git', ['--git-dir', gitDir, ...args], {
      ...(input === undefined ? {} : { input }),
      maxBuffer: 512 * 1024 * 1024,
    });
  const ids = run(['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']).toString();
  return run(['cat-file', '--batch'], ids).toString('latin1').split(text).length - 1;
}
