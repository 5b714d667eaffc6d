import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import type { MachineName } from '../../src/domain/machines/index.ts';
import { stateName, fold } from '../../src/engine/machines/fold.ts';
import type { Entry } from '../../src/ports/index.ts';
import { familyOf, allProcesses, processesOf, until, textOf } from './fault-processes.ts';
import type { FaultWorld } from './fault-world.ts';

/** What must hold whenever nothing is going on. Returns what does not, each sentence beginning with the invariant's name. */
export async function checkInvariants(
  world: FaultWorld,
  options: {
    production?: boolean;
    /** False where a later look reads the same rows: the chain only grows. */
    chain?: boolean;
  } = {},
): Promise<readonly string[]> {
  const { production = true, chain = true } = options;
  const broken: string[] = [];
  const say = (sentence: string): void => void broken.push(sentence);
  const journal = world.journal();

  branchIsWhole(world, journal, say);
  mergesHaveRestorePoints(world, say);
  whatMergedWasApproved(world, journal, say);
  requestsTakeEffectOnce(journal, say);
  leasesAreFree(journal, say);
  await foldersAreWhole(world, journal, say);
  await nothingStrays(world, journal, say, production);
  if (production) await productionAnswers(world, journal, say);
  if (chain) await chainHolds(world, say);
  epochsRise(journal, say);
  machinesFold(journal, say);
  for (const row of journal.filter((one) => one.kind === 'supervisor.reconciled')) {
    if ((row.data['durationMs'] as number) > 10_000) say(`I10: recovery took ${textOf(row.data['durationMs'])} ms`);
  }
  return broken;
}

/** Ends the supervisor and starts another: it must find nothing to put right. */
export async function checkSecondRecovery(world: FaultWorld): Promise<readonly string[]> {
  await world.endSupervisor();
  const before = world.journal().at(-1)?.seq ?? 0;
  const next = world.start(['supervise', world.home]);
  const row = await until(
    'the second recovery',
    () => world.journal().find((one) => one.seq > before && one.kind === 'supervisor.reconciled'),
    20_000,
  );
  const after = world.journal().filter((one) => one.seq > before);
  await world.endSupervisor();
  await next.done;
  const findings = row.data['findings'] as readonly string[];
  const resumed = row.data['resumed'] as readonly string[];
  const effects = after
    .filter((one) => one.kind.startsWith('effect.') || one.kind === 'machine.moved')
    .filter((one) => one.data['machine'] !== 'supervisor');
  return [
    ...findings.map((one) => `I10: the second recovery still found: ${one}`),
    ...(resumed.length > 0 ? [`I10: the second recovery resumed ${resumed.join(', ')}`] : []),
    ...(effects.length > 0
      ? [`I10: the second recovery did ${effects.map((one) => `${one.kind} ${one.keys[0] ?? ''}`).join(', ')}`]
      : []),
  ];
}

type Say = (sentence: string) => void;

async function chainHolds(world: FaultWorld, say: Say): Promise<void> {
  const verify = await world.run(['journal', 'verify', '--json']);
  if (verify.exitStatus !== 0) say(`I6: journal verify ended with ${verify.exitStatus}: ${verify.out.slice(0, 300)}`);
}

function branchIsWhole(world: FaultWorld, journal: readonly Entry[], say: Say): void {
  for (const gitDir of [join(world.home, '.git'), world.store]) {
    try {
      execFileSync('git', [`--git-dir=${gitDir}`, 'fsck', '--connectivity-only', '--no-dangling'], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: world.env,
      });
    } catch (error) {
      say(`I1: fsck of ${gitDir} says ${String((error as { stderr?: unknown }).stderr).slice(0, 300)}`);
    }
    if (fs.existsSync(join(gitDir, 'objects/info/alternates'))) say(`I1: ${gitDir} borrows objects`);
  }
  const head = world.git(['rev-parse', 'HEAD']);
  const own = execFileSync(
    'git',
    [`--git-dir=${world.store}`, 'for-each-ref', '--format=%(objectname)', 'refs/orchestrate/branch'],
    { encoding: 'utf8' },
  ).trim();
  const isMerge = journal.some((one) => one.kind === 'branch.moved' && one.data['to'] === head);
  if (isMerge && own !== head)
    say(`I1: the store's own copy of the branch is ${own.slice(0, 7)}, home's ${head.slice(0, 7)}`);
}

function mergesHaveRestorePoints(world: FaultWorld, say: Say): void {
  const merges = world
    .git(['log', '--first-parent', '--format=%H %P', '--author=orchestrate@localhost', 'HEAD'])
    .split('\n')
    .filter(Boolean);
  for (const gitDir of [join(world.home, '.git'), world.store]) {
    const refs = execFileSync(
      'git',
      [`--git-dir=${gitDir}`, 'for-each-ref', '--format=%(objecttype) %(*objectname)', 'refs/tags/restore'],
      { encoding: 'utf8' },
    );
    for (const line of merges) {
      for (const commit of line.split(' '))
        if (!refs.includes(`tag ${commit}`)) say(`I2: ${commit.slice(0, 7)} has no restore point in ${gitDir}`);
    }
  }
}

/** Somebody approved exactly the base and the tree that the branch took; what moved after the approval merged nowhere. */
function whatMergedWasApproved(world: FaultWorld, journal: readonly Entry[], say: Say): void {
  for (const { seq, data, keys } of journal.filter((one) => one.kind === 'branch.moved')) {
    const [change, from, to] = [textOf(data['change']), textOf(data['from']), textOf(data['to'])];
    // A merge that is taken back is approved by nobody.
    if (!keys.includes(`merged:${change}`)) continue;
    const tree = world.git(['--git-dir', world.store, 'rev-parse', `${to}^{tree}`]);
    const isApproved = journal.some(
      (one) =>
        one.kind === 'review.answered' &&
        one.seq < seq &&
        one.data['change'] === change &&
        one.data['reviewer'] === 'final' &&
        one.data['verdict'] === 'approved' &&
        one.data['base'] === from &&
        one.data['tree'] === tree,
    );
    if (!isApproved)
      say(`approval: ${change} merged tree ${tree.slice(0, 7)} on ${from.slice(0, 7)}, which nobody approved`);
  }
}

function requestsTakeEffectOnce(journal: readonly Entry[], say: Say): void {
  const made = new Map<unknown, string>();
  for (const { data, run } of journal.filter((one) => one.kind === 'run.created')) {
    const before = made.get(data['request']);
    if (before !== undefined) say(`I3: request ${textOf(data['request'])} made ${before} and ${textOf(run)}`);
    made.set(data['request'], textOf(run));
  }
}

/** The same at the instant of a kill, from the refs that were noted then: the branch has moved only to what is tagged. */
export function checkAtTheKill(refs: readonly string[], known: readonly string[]): readonly string[] {
  const broken: string[] = [];
  const [home = ''] = refs;
  const branch = /^refs\/heads\/\S+ ([0-9a-f]{40})/m.exec(home)?.[1] ?? '';
  if (known.includes(branch)) return broken;
  refs.forEach((text, index) => {
    if (!new RegExp(`^refs/tags/restore/\\S+ [0-9a-f]{40} ${branch}$`, 'm').test(text)) {
      broken.push(
        `I2: at the kill the branch was ${branch.slice(0, 7)}, which had no restore point in the ${index === 0 ? 'home' : 'store'}`,
      );
    }
  });
  return broken;
}

function leasesAreFree(journal: readonly Entry[], say: Say): void {
  const newest = new Map<string, string>();
  for (const { keys, kind } of journal) for (const key of keys) if (key.startsWith('lease:')) newest.set(key, kind);
  for (const [key, kind] of newest) if (kind !== 'lease.freed') say(`I4: ${key} is still held`);
  const card = journal.findLast((one) => one.keys.includes('graphics'));
  if (card?.kind === 'graphics.lent') say(`I4: ${textOf(card.data['run'])} still has the graphics card`);
  const runs = journal.filter((one) => one.kind === 'run.created').map((one) => one.run);
  const closed = new Set(journal.filter((one) => one.kind === 'run.closed').map((one) => one.run));
  for (const run of runs) if (!closed.has(run)) say(`I4: ${run} was not closed`);
}

async function foldersAreWhole(world: FaultWorld, journal: readonly Entry[], say: Say): Promise<void> {
  const { home } = world;
  const isOwned = (name: string): boolean =>
    journal.findLast((one) => one.kind === 'production.set')?.data['instance'] === name;
  for (const name of namesIn(join(home, '.orchestrate/instances')))
    if (!isOwned(name)) say(`I4: the folder of instance ${name} is left`);
  for (const name of namesIn(join(home, '.orchestrate/envs'))) {
    if (!fs.existsSync(join(home, '.orchestrate/envs', name, 'orchestrate-manifest.json')))
      say(`I4: the environment ${name} is half made`);
  }
  const linked = world
    .git(['worktree', 'list', '--porcelain'])
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .map((line) => line.slice(9));
  const trees = join(home, 'trees');
  for (const entry of fs.existsSync(trees) ? fs.readdirSync(trees, { withFileTypes: true }) : []) {
    if (entry.isDirectory() && !linked.includes(join(home, 'trees', entry.name)))
      say(`I4: the slot ${entry.name} is half made`);
  }
  for (const dir of linked) if (!fs.existsSync(dir)) say(`I4: git lists the slot ${dir}, which is not there`);
  const locks = (): readonly string[] =>
    [join(home, '.git'), world.store].flatMap((dir) =>
      fs.globSync('**/*.lock', { cwd: dir }).map((name) => join(dir, name)),
    );
  await until('locks to go', () => locks().length === 0, 1_500).catch(() =>
    locks().forEach((lock) => say(`I4: the lock ${lock} is left`)),
  );
  for (const name of namesIn(join(home, '.git')))
    if (name.startsWith('orchestrate')) say(`I4: ${name} is left in home's .git`);
}

async function nothingStrays(
  world: FaultWorld,
  journal: readonly Entry[],
  say: Say,
  production: boolean,
): Promise<void> {
  const instance = journal.findLast((one) => one.kind === 'production.set')?.data['instance'];
  const pid = production
    ? journal.findLast((one) => one.kind === 'instance.proven' && one.data['instance'] === instance)?.data['pid']
    : undefined;
  const strays = (): readonly string[] => {
    const all = allProcesses();
    const allowed = new Set([
      ...familyOf(world.supervisorPid(), all),
      ...(pid === undefined ? [] : familyOf(pid as number, all)),
    ]);
    return processesOf(world.base)
      .filter((one) => !allowed.has(one.pid))
      .map((one) => `${one.pid} ${one.argv.join(' ').slice(0, 200)}`);
  };
  await until('strays to go', () => strays().length === 0, 3_000).catch(() =>
    strays().forEach((one) => say(`I4: process ${one} is left`)),
  );
  const marked = processesOf(world.base).filter((one) => one.environ.includes(`ORCHESTRATE_MARK=${world.id}/`));
  const all = allProcesses();
  const family = pid === undefined ? new Set<number>() : familyOf(pid as number, all);
  for (const one of marked)
    if (!family.has(one.pid))
      say(`I4: marked process ${one.pid} is not production: ${one.argv.join(' ').slice(0, 160)}`);
}

async function productionAnswers(world: FaultWorld, journal: readonly Entry[], say: Say): Promise<void> {
  const instance = journal.findLast((one) => one.kind === 'production.set')?.data['instance'];
  if (typeof instance !== 'string') return say('production: none is on record');
  const composed = journal.findLast((one) => one.kind === 'instance.composed' && one.data['instance'] === instance);
  try {
    const answer = await fetch(`http://127.0.0.1:${world.port}/api/system_stats`, {
      signal: AbortSignal.timeout(3_000),
    });
    const { system } = (await answer.json()) as { system: { argv: readonly string[] } };
    const dir = composed?.data['dir'] as string;
    if (!system.argv.some((one) => one.startsWith(`${dir}/`))) say(`production: what answers is not ${instance}`);
  } catch (error) {
    say(`production: ${instance} does not answer on :${world.port}: ${String(error)}`);
  }
  const trees = runnable(world, journal);
  const tree = textOf(composed?.data['tree']);
  if (!trees.includes(tree))
    say(`production: it runs tree ${tree.slice(0, 7)}, the branch is ${(trees[0] ?? '').slice(0, 7)}`);
}

/** Trees that production may run: the branch's, and those before merges that touch nothing of what it is made of. */
function runnable(world: FaultWorld, journal: readonly Entry[]): readonly string[] {
  const trees: string[] = [];
  let commit = world.git(['rev-parse', 'HEAD']);
  for (;;) {
    trees.push(world.git(['rev-parse', `${commit}^{tree}`]));
    const change = journal.find((one) => one.kind === 'branch.moved' && one.data['to'] === commit)?.data['change'];
    const switched = journal.findLast((one) => one.kind === 'service.switched' && one.data['change'] === change);
    if (change === undefined || switched?.data['outcome'] !== 'unaffected') return trees;
    commit = world.git(['rev-parse', `${commit}^`]);
  }
}

function epochsRise(journal: readonly Entry[], say: Say): void {
  let newest = 0;
  for (const { seq, epoch, kind } of journal) {
    if (epoch < newest) say(`I8: row ${seq} ${kind} is of epoch ${epoch}, after the first of ${newest}`);
    newest = Math.max(newest, epoch);
  }
}

function machinesFold(journal: readonly Entry[], say: Say): void {
  const created = journal.filter((one) => one.kind === 'machine.created');
  for (const { data } of created) {
    const subject = data['subject'] as string;
    const moves = journal.filter((one) => one.kind === 'machine.moved' && one.data['subject'] === subject);
    const machine = data['machine'] as MachineName;
    const input = data['input'] as Entry['data'];
    const events = moves.map((one) => one.data['event'] as unknown as { type: string });
    moves.forEach((move, index) => {
      const at = fold(machine, input, events.slice(0, index + 1));
      if (!at.moved || stateName(at.snapshot) !== move.data['to'])
        say(
          `I9: row ${move.seq} says ${subject} is ${textOf(move.data['to'])}, folding says ${stateName(at.snapshot)}`,
        );
    });
  }
}

function namesIn(folder: string): readonly string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
