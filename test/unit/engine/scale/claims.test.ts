import { beforeEach, describe, expect, it } from 'vitest';

import type { Actor } from '../../../../src/domain/journal/actor.ts';
import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import type { RequestKinds } from '../../../../src/domain/requests.ts';
import { moveClaim, openClaims, requireMine } from '../../../../src/engine/scale/claims.ts';
import { type Life, nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';

const bert: Actor = { kind: 'person', name: 'bert' };
const agent: Actor = { kind: 'program', name: 'package-manager' };
let world: World;
let life: Life;

beforeEach(async () => {
  world = await createWorld();
  life = await startEngine(world, { effects: nothingHappens });
  for (const run of ['r1', 'r2', 'r3'])
    await life.ledger.append([
      row(
        'run.created',
        {
          run,
          goal: 'upgrade torch',
          kind: 'work',
          options: { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} },
          by: anna,
          request: 1,
          restore: null,
        },
        { run, keys: [`run:${run}`] },
      ),
    ]);
});

const move = (given: Partial<RequestKinds['claim.move']>): Promise<void> =>
  moveClaim(life.engine, { subject: 'r1', act: 'claim', to: null, ground: null, reason: null, by: anna, ...given }, []);
const claim = () => dataOf('claim.moved', life.ledger.latest('claim:r1'));

describe('a claim', () => {
  it('keeps everybody else from going on, and nobody when there is none', async () => {
    requireMine(life.engine, 'r1', bert);
    await move({});
    requireMine(life.engine, 'r1', anna);
    expect(() => requireMine(life.engine, 'r1', bert)).toThrow(/worked on by anna/);
    requireMine(life.engine, 'r2', bert);
    await move({ act: 'release' });
    requireMine(life.engine, 'r1', bert);
  });

  it('is not taken by claiming it', async () => {
    await move({});
    await expect(move({ by: bert })).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    await expect(move({ act: 'release', by: bert })).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    await expect(move({ by: anna })).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });

  it('is handed on, by its holder or by a person for an agent', async () => {
    await move({ to: agent });
    await move({ act: 'handoff', to: bert, by: anna });
    expect(claim()).toMatchObject({ holder: bert, before: agent, status: 'active' });
  });

  it('is stolen only when rows support the reason, and says what was read', async () => {
    await move({});
    const steal = { act: 'steal', by: bert } as const;
    await expect(move({ ...steal, ground: 'stale' })).rejects.toMatchObject({ code: 'CLAIM_GROUND_NOT_MET' });
    await expect(move({ ...steal, ground: 'voluntary' })).rejects.toMatchObject({ code: 'CLAIM_GROUND_NOT_MET' });
    expect(claim()?.holder).toEqual(anna);
    await world.clock.advance(31 * 60_000);
    await move({ ...steal, ground: 'stale', reason: 'she is ill' });
    expect(claim()).toMatchObject({
      holder: bert,
      before: anna,
      ground: 'stale',
      reason: 'she is ill',
      facts: ['the newest row about it is 31 min old; 30 min would do'],
    });
    expect(claim()?.rows.length).toBeGreaterThan(0);
    requireMine(life.engine, 'r1', bert);
    expect(() => requireMine(life.engine, 'r1', anna)).toThrow(/worked on by bert/);
  });

  it('is stolen from who is overloaded', async () => {
    for (const subject of ['r1', 'r2', 'r3']) await move({ subject });
    await move({ act: 'steal', by: bert, ground: 'overloaded' });
    expect(openClaims(life.ledger).map((one) => [one.claim.subject, one.claim.holder?.name])).toEqual([
      ['r1', 'bert'],
      ['r3', 'anna'],
      ['r2', 'anna'],
    ]);
  });

  it('ends with its run', async () => {
    await move({});
    await life.ledger.append([
      row('run.closed', { run: 'r1', state: 'done', freed: [], report: null }, { run: 'r1', keys: ['close:r1'] }),
    ]);
    expect(openClaims(life.ledger)).toEqual([]);
    await expect(move({ by: bert })).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await expect(move({ subject: 'r9' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(move({ subject: 'c9' })).rejects.toMatchObject({ code: 'CHANGE_NOT_FOUND' });
  });
});
