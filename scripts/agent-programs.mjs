// The real programs of agents for `npm run test:external`: packages of the npm registry, in a folder of their own, fetched once. No script of
// theirs runs; each brings its binary in a package for this platform.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import process from 'node:process';

const packages = ['@anthropic-ai/claude-code', '@openai/codex', 'opencode-ai'];

/** Returns a folder with `claude`, `codex` and `opencode`. `ORCHESTRATE_AGENT_PROGRAMS` names one that has their packages already. */
export function ensureAgentPrograms() {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const dir = process.env['ORCHESTRATE_AGENT_PROGRAMS'] ?? path.join(cache, 'orchestrate/agent-programs');
  fs.mkdirSync(dir, { recursive: true });
  if (!packages.every((name) => fs.existsSync(path.join(dir, 'node_modules', name)))) install(dir);
  const bin = path.join(dir, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  for (const [name, target] of Object.entries(binaries(dir))) {
    fs.rmSync(path.join(bin, name), { force: true });
    fs.symlinkSync(target, path.join(bin, name));
  }
  return bin;
}

function install(dir) {
  console.log(`fetching ${packages.join(', ')} into ${dir}: about 250 MB`);
  if (!fs.existsSync(path.join(dir, 'package.json')))
    fs.writeFileSync(path.join(dir, 'package.json'), '{"private":true}\n');
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
    cwd: dir,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the programs could not be fetched from the npm registry');
}

function binaries(dir) {
  const modules = path.join(dir, 'node_modules');
  const platform = `${process.platform}-${process.arch}`;
  return {
    claude: path.join(modules, `@anthropic-ai/claude-code-${platform}/claude`),
    codex: path.join(modules, '@openai/codex/bin/codex.js'),
    opencode: path.join(modules, `opencode-${platform}/bin/opencode`),
  };
}
