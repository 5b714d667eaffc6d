import { renameSync } from 'node:fs';

import type { DemoBreak } from '../make.ts';
import { NEWEST_TORCH, NEWEST_TORCH_WHEN_BROKEN, START_TORCH, type Place, commands } from './commands.ts';
import type { Findings } from './findings.ts';
import { type Production, observeBranch, observePicture, observeProduction, whyUnreachable } from './observe.ts';
import { isOffline } from './offline.ts';
import { type Answer, type Ask, findListWith, findWith, reasonOf } from './product.ts';

export interface Stage {
  readonly place: Place;
  readonly ask: Ask;
  readonly record: Findings;
}

/** Adopts the installation; the other scenes start from there. */
export async function adopt({ place, ask, record }: Stage): Promise<void> {
  const init = await record.timed('init', () => ask(commands.init(place), place.folder));
  expectSuccess(record, init);
  if (init.exitCode !== 0) throw new Error('without an installation there is nothing to show');
  expectSuccess(record, await record.timed('starting production', () => ask(commands.start(), place.home)));
  const production = await observeProduction(place.port);
  record.same('production runs the torch it started with', START_TORCH, production?.torch);
}

/** Upgrades, looks, and goes back without an index. */
export async function upgradeAndUndo(stage: Stage): Promise<void> {
  const { place, ask, record } = stage;
  const before = observeBranch(place.home);

  const run = await record.timed('upgrade', () => ask(commands.run(), place.home));
  expectSuccess(record, run);
  record.same('the run says it is', 'done', text(findWith(run.json, 'run', 'state', 'steps')?.['state']));
  record.same('production runs the newest torch', NEWEST_TORCH, (await observeProduction(place.port))?.torch);
  await expectPicture(stage, 'upgraded');
  const upgraded = observeBranch(place.home);
  record.meets(
    'the branch moved',
    `not ${shortId(before.head)}`,
    shortId(upgraded.head),
    upgraded.head !== before.head,
  );
  const made = upgraded.restoreTags.filter((tag) => !before.restoreTags.includes(tag));
  record.meets('a restore point was made', 'one more tag', made.join(' '), made.length > 0);

  await record.timed('review and restore list', async () => {
    const change = text(findWith(run.json, 'change', 'risk', 'gate')?.['change']);
    await ask(commands.reviewShown(change ?? ''), place.home);
    const review = await ask(commands.reviewShow(change ?? ''), place.home);
    const gate = findWith(review.json, 'verdict', 'exact', 'environment');
    record.same('the merged tree is the one that was proven', shortId(text(gate?.['exact'])), shortId(upgraded.tree));
    const proven = findListWith(review.json, 'part', 'grade').map((one) => String(one['part']));
    record.same('its evidence', 'boot checks imports smoke', proven.sort().join(' '));
    await ask(commands.restoresShown(), place.home);
    const points = findListWith((await ask(commands.restoreList(), place.home)).json, 'tag', 'grade');
    const grades = points.map((point) => `${text(point['name'])} ${text(point['grade'])}`);
    record.meets(
      'restore points that come back offline',
      'ready or offline',
      grades.join(', '),
      grades.some(isOfflineGrade),
    );
  });

  renameSync(place.index, `${place.index}.away`);
  const undo = await record.timed('undo', () => ask(commands.undo(), place.home));
  expectSuccess(record, undo);
  await expectNoNetwork(record);
  record.same('production is back on its torch', START_TORCH, (await observeProduction(place.port))?.torch);
  await expectPicture(stage, 'undone');
  const undone = observeBranch(place.home);
  record.same('the branch holds the same tree as before', shortId(before.tree), shortId(undone.tree));
  record.meets(
    'and it went forward, not back',
    'a new commit',
    shortId(undone.head),
    ![before.head, upgraded.head].includes(undone.head),
  );
  await expectSoundJournal(stage);
}

/** Tries an upgrade to a torch that is broken, or that a node pack does not take; nothing may change. */
export async function refuseBrokenUpgrade(stage: Stage, breakMode: DemoBreak): Promise<string> {
  const { place, ask, record } = stage;
  const before = observeBranch(place.home);
  const productionBefore = await observeProduction(place.port);

  const run = await record.timed('upgrade', () => ask(commands.run(), place.home));
  const moves = findListWith(run.json, 'name', 'from', 'to');
  const wanted = text(moves.find((move) => move['name'] === 'torch')?.['to']);
  const newest = breakMode === 'conflict' ? NEWEST_TORCH : NEWEST_TORCH_WHEN_BROKEN;
  record.same('the run tried the newest torch', newest, wanted);
  record.meets('the run did not go through', 'exit other than 0', `exit ${run.exitCode}`, run.exitCode !== 0);
  const productionAfter = await observeProduction(place.port);
  const describe = (one: Production | undefined): string | undefined => one && `${one.torch}, started ${one.bornAt}`;
  record.same('production is the same process as before', describe(productionBefore), describe(productionAfter));
  const after = observeBranch(place.home);
  record.same('the branch is where it was', shortId(before.head), shortId(after.head));
  const reason = reasonOf(run.json);
  record.meets('the product says why', 'a sentence', reason, reason !== undefined);
  if (breakMode === 'conflict') await expectConflictTold(stage, { run: run.json, reason });
  await expectSoundJournal(stage);
  return reason ?? 'it gave no reason';
}

/** The pack's pin was told in the plan, its two sides are in the reason, and there is nothing to take back. */
async function expectConflictTold(
  { place, ask, record }: Stage,
  { run, reason }: { run: unknown; reason: string | undefined },
): Promise<void> {
  const pin = `torch==${START_TORCH}`;
  const warned = findListWith(run, 'pack', 'requirement', 'chosen').map(
    (one) => `${text(one['pack'])} asks for ${text(one['requirement'])}, gets ${text(one['chosen'])}`,
  );
  record.same('the plan warned', `frozen-pack asks for ${pin}, gets torch ${NEWEST_TORCH}`, warned.join('; '));
  const sides = [`frozen-pack asks for ${pin}`, `"upgrade pytorch" brings torch ${NEWEST_TORCH}`];
  record.meets(
    'the reason names both sides, and who asked',
    sides.join(', '),
    reason,
    sides.every((side) => reason?.includes(side)),
  );
  const undo = await ask(commands.undo(), place.home);
  record.meets(
    'there is nothing to undo',
    'exit other than 0',
    `exit ${undo.exitCode}: ${reasonOf(undo.json) ?? 'no reason'}`,
    undo.exitCode !== 0,
  );
}

async function expectSoundJournal({ place, ask, record }: Stage): Promise<void> {
  const verify = await record.timed('journal verify', () => ask(commands.journalVerify(), place.home));
  expectSuccess(record, verify);
}

async function expectPicture({ place, record }: Stage, prefix: string): Promise<void> {
  const picture = await observePicture(place.port, place.smokeWorkflow, prefix);
  const seen = picture && `${picture.width} × ${picture.height}, ${picture.colours.size} colours`;
  record.meets('a picture comes out of production', 'more than one colour', seen, (picture?.colours.size ?? 0) > 1);
}

async function expectNoNetwork(record: Findings): Promise<void> {
  if (isOffline()) record.same('there was no network at all', 'ENETUNREACH', await whyUnreachable());
}

function expectSuccess(record: Findings, answer: Answer): void {
  const what = answer.command.split(/ (?:--|\/)/)[0];
  const seen =
    answer.exitCode === 0 ? 'exit 0' : `exit ${answer.exitCode}: ${reasonOf(answer.json) ?? 'no reason given'}`;
  record.same(what ?? answer.command, 'exit 0', seen);
}

const isOfflineGrade = (grade: string): boolean => /(ready|offline)$/.test(grade);
const shortId = (id: string | undefined): string | undefined => id?.slice(0, 12);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
