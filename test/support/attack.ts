import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { runPython } from './controls.ts';
import { branchOf, checkInvariants } from './invariants.ts';
import { type Answer, at, lastNarration, listAt, orchestrate, textAt } from './program.ts';
import { addHostileTorch, executed, hasRun, makeWorld, type TemplateWorld, type World } from './world.ts';

/** One attack. Both halves begin in the same fresh world and tamper by the same code. */
export interface AttackCase {
  readonly id: string;
  /** What the attacker does, as a sentence's end. */
  readonly title: string;
  /** Ordinary git on the tampered repository. Returns what harm was seen, or undefined: then the case is void. */
  readonly control: (world: TemplateWorld) => Promise<string | undefined> | string | undefined;
  /** The packed program on the tampered repository. Throws when the harm is done, or not told. */
  readonly defence: (world: TemplateWorld) => Promise<void>;
}

/** Runs the cases one after the other on one world, and prints what came of them. */
export function attackSuite(cases: readonly AttackCase[]): void {
  describe('attacks', () => {
    const tried: string[] = [];
    const passed: string[] = [];
    const voided: string[] = [];
    let world: TemplateWorld | undefined;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      await world?.end();
      const told = (ids: readonly string[]): string => (ids.length === 0 ? '' : ` (${ids.join(' ')})`);
      process.stdout.write(
        `attacks: tried ${tried.length} / passed ${passed.length} / void ${voided.length}${told(voided)}: ${passed.join(' ')}\n`,
      );
      const failed = tried.filter((id) => !passed.includes(id) && !voided.includes(id));
      if (failed.length > 0) process.stdout.write(`attacks: failed ${failed.join(' ')}\n`);
    });
    it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', async (id, _title, one) => {
      tried.push(id);
      onTestFailed(() => void process.stdout.write(lastNarration()));
      if (world === undefined) throw new Error('there is no world');
      await world.reset();
      const harm = await one.control(world);
      if (harm === undefined) {
        voided.push(id);
        throw new Error(`${id} is void: without the defence nothing happened on this git`);
      }
      await world.reset();
      await one.defence(world);
      expect(executed(world)).toEqual([]);
      expect(await checkInvariants(world)).toEqual([]);
      expect(executed(world)).toEqual([]);
      passed.push(id);
    });
  });
}

/** An upgrade whose new package runs the payload: what comes of the first command. */
export async function upgradeToHostile(world: World, payload: string): Promise<Answer> {
  addHostileTorch(world, payload);
  const answer = await orchestrate(world, ['run', 'upgrade pytorch', '--yes']);
  expect(hasRun(world)).toBe(true);
  return answer;
}

/** An upgrade that stops after `step`; then the payload is run by hand, as another process of the agent's would. */
export async function upgradeUntil(world: World, step: string, payload = ''): Promise<string> {
  const answer = await orchestrate(world, ['run', 'upgrade pytorch', '--until', step, '--yes']);
  expect(answer.exitCode).toBe(7);
  if (payload !== '') runPython(payload);
  return textAt(answer.json, 'run');
}

/** The run is paused because of `items`, its journal row names them, and the branch is where it was. */
export async function expectTamperTold(
  world: World,
  answer: Answer,
  options: { readonly items: readonly string[]; readonly branch: string },
): Promise<string> {
  expect({ exitCode: answer.exitCode, code: at(answer.json, 'fault', 'code') }).toEqual({
    exitCode: 7,
    code: 'TREE_TAMPERED',
  });
  expect(at(answer.json, 'state')).toBe('paused');
  const found = await tamperRow(world);
  expect(found.items).toEqual(expect.arrayContaining([...options.items]));
  expect(branchOf(world)).toBe(options.branch);
  return textAt(answer.json, 'run');
}

/** Returns the newest `tamper.found` row. */
export async function tamperRow(
  world: World,
): Promise<{ readonly seq: number; readonly atMs: number; readonly items: readonly string[] }> {
  const tail = await orchestrate(world, ['journal', 'tail', '--kind', 'tamper.found', '--limit', '1']);
  const seq = Number(at(listAt(tail.json, 'rows').at(-1), 'seq'));
  const row = await orchestrate(world, ['journal', 'tail', '--row', String(seq)]);
  const data = at(row.json, 'rows', 0, 'data');
  return {
    seq,
    atMs: Number(at(row.json, 'rows', 0, 'atMs')),
    items: listAt(data, 'differences').map((one) => textAt(one, 'item')),
  };
}

/** Commands that look: each calls git in its own way, or reads what git would. */
export async function lookAround(world: World, env: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const args of [['status'], ['trees', 'list'], ['restore', 'list']]) {
    const { exitCode } = await orchestrate(world, args, env);
    expect([0, 1, 7]).toContain(exitCode);
  }
}

/** A person looks and accepts, and the run goes on until it has merged. */
export async function resumeAndMerge(world: World, run: string): Promise<Answer> {
  return expectMerged(world, await orchestrate(world, ['runs', 'resume', run]));
}

/** The run has merged. A rule that finds the machine too slow leaves the answer to a person, who says yes. */
export async function expectMerged(world: World, ended: Answer): Promise<Answer> {
  const isAsked = at(ended.json, 'waiting', 'what') === 'review';
  const answer = isAsked
    ? await orchestrate(world, ['review', 'approve', textAt(ended.json, 'change', 'change')])
    : ended;
  expect({ exitCode: answer.exitCode, state: at(answer.json, 'state'), fault: at(answer.json, 'fault') }).toEqual({
    exitCode: 0,
    state: 'done',
    fault: null,
  });
  return answer;
}

/** Undo works as well, whatever is planted. */
export async function expectUndo(world: World): Promise<void> {
  await expectMerged(world, await orchestrate(world, ['undo', '--yes']));
}
