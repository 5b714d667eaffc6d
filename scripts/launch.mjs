// Runs a task of this project under a Node that is new enough, with its packages installed. It works in a fresh clone
// under any Node from 16 on, and uses no package itself. `node scripts/launch.mjs` alone lists the tasks.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { cacheDir, ensureNode, environmentFor, installPackages, npmCommand, runForeground, say } from './node24.cjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BIN = path.join(ROOT, 'node_modules/.bin');
/** A lock that is older is left over: its process id may belong to another program by now. */
const LONGEST_INSTALL_MS = 15 * 60 * 1000;

/** Each task is the argument list of the found Node; the arguments of the caller follow. */
const TASKS = {
  cli: ['scripts/start.mjs', 'cli'],
  demo: ['scripts/start.mjs', 'demo'],
  test: ['scripts/test.mjs'],
  'test:long': ['scripts/test.mjs', '--ring=long'],
  'test:attacks': ['scripts/test.mjs', '--ring=attacks'],
  'test:faults': ['scripts/test.mjs', '--ring=faults'],
  'test:external': ['scripts/test.mjs', '--ring=external'],
  'test:real': ['scripts/test.mjs', '--ring=real'],
  verify: ['scripts/verify.mjs'],
  build: ['scripts/build.mjs'],
  format: ['node_modules/oxfmt/bin/oxfmt'],
  new: ['scripts/new.mjs'],
  docs: ['scripts/docs.mjs'],
  bench: ['bench/run.mjs'],
};

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  say(`orchestrate: ${error.message}`);
  return 1;
});

async function main([task, ...rest]) {
  if (task === undefined || !['exec', 'npm', 'install', ...Object.keys(TASKS)].includes(task)) return usage(task);
  const node = ensureNode();
  const env = environmentFor(node, [BIN]);
  if (task === 'npm') return npm(node, env, rest);
  await ensurePackages(node, env);
  recordNode(node);
  if (task === 'install') return 0;
  if (task === 'exec') return exec(rest, env);
  const [script, ...args] = TASKS[task];
  if (!fs.existsSync(path.join(ROOT, script))) {
    say(`orchestrate: the task ${task} needs ${script}, which is not in this copy`);
    return 1;
  }
  const argv = ['--disable-warning=ExperimentalWarning', path.join(ROOT, script), ...args, ...rest];
  // The command line belongs to the person's folder and environment; every other task to this clone.
  return runForeground(node.executable, argv, task === 'cli' ? {} : { env, cwd: ROOT });
}

function usage(task) {
  if (task !== undefined) say(`orchestrate: there is no task ${task}`);
  say(`Tasks: exec <command…> · npm <arguments…> · install · ${Object.keys(TASKS).join(' · ')}`);
  return 2;
}

async function exec([command, ...args], env) {
  if (command === undefined) return usage();
  return runForeground(command, args, { env });
}

async function npm(node, env, args) {
  const [command, ...front] = npmCommand(node);
  return runForeground(command, [...front, ...args], { env });
}

/** Installs the locked packages when the ones in node_modules are of another lock. Safe to run twice at once. */
async function ensurePackages(node, env) {
  if (isInstalled()) return;
  const unlock = await lockInstall();
  try {
    if (isInstalled()) return;
    say(`orchestrate: installing packages under Node ${node.version}`);
    removeLeftovers();
    const temporary = fs.mkdtempSync(path.join(ROOT, '.install-'));
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      if (fs.existsSync(path.join(ROOT, name))) fs.copyFileSync(path.join(ROOT, name), path.join(temporary, name));
    }
    installPackages(npmCommand(node), temporary, env);
    fs.writeFileSync(path.join(temporary, 'node_modules/.launch-stamp'), stamp());
    const modules = path.join(ROOT, 'node_modules');
    if (fs.existsSync(modules)) fs.renameSync(modules, path.join(temporary, 'replaced'));
    fs.renameSync(path.join(temporary, 'node_modules'), modules);
    fs.rmSync(temporary, { recursive: true, force: true });
  } finally {
    unlock();
  }
}

// The script `orchestrate` reads this file and so needs no launcher.
function recordNode(node) {
  const file = path.join(ROOT, 'node_modules/.launch-node');
  if (readIfPresent(file) !== `${node.executable}\n`) fs.writeFileSync(file, `${node.executable}\n`);
}

function isInstalled() {
  return readIfPresent(path.join(ROOT, 'node_modules/.launch-stamp')) === stamp();
}

function stamp() {
  const lock = fs.readFileSync(path.join(ROOT, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function removeLeftovers() {
  for (const name of fs.readdirSync(ROOT)) {
    if (name.startsWith('.install-')) fs.rmSync(path.join(ROOT, name), { recursive: true, force: true });
  }
}

async function lockInstall() {
  const key = createHash('sha256').update(fs.realpathSync(ROOT)).digest('hex').slice(0, 16);
  const file = path.join(cacheDir(), `install-${key}.lock`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfPresent(file) ?? '');
    const ageMs = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if ((holder > 0 && !isAlive(holder)) || ageMs > LONGEST_INSTALL_MS) {
      fs.rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`orchestrate: waiting for another installation in this folder (process ${holder})`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIfPresent(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
