import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect } from 'vitest';

import type { AttackCase } from '../../support/attack.ts';
import { buildProgram, type Mutation, startCommand } from '../../support/fault-program.ts';
import { at, orchestrate } from '../../support/program.ts';
import type { World } from '../../support/world.ts';

const stateOf = (world: World): string => dirname(world.store);

/** Whoever can write to the record says in a rule's place that a person agreed, takes rows out, changes their order, cuts the end off. */
const forgeries: readonly { readonly what: string; forge(db: DatabaseSync): number }[] = [
  {
    what: 'edited',
    forge(db) {
      const seq = answerOf(db);
      db.prepare(`UPDATE journal SET data = replace(data, '"kind":"rule"', '"kind":"person"') WHERE seq = ?`).run(seq);
      return seq;
    },
  },
  {
    what: 'removed',
    forge(db) {
      const seq = answerOf(db);
      db.prepare('DELETE FROM journal WHERE seq = ?').run(seq);
      return seq;
    },
  },
  {
    what: 'reordered',
    forge(db) {
      const seq = answerOf(db);
      for (const [from, to] of [
        [seq, -1],
        [seq + 1, seq],
        [-1, seq + 1],
      ] as const)
        db.prepare('UPDATE journal SET seq = ? WHERE seq = ?').run(to, from);
      return seq;
    },
  },
  {
    what: 'truncated, with a head that fits',
    forge(db) {
      const last = answerOf(db);
      db.prepare('DELETE FROM journal WHERE seq > ?').run(last);
      db.prepare('DELETE FROM key_heads WHERE seq > ?').run(last);
      db.prepare('UPDATE meta SET head_seq = ?, head_hash = (SELECT hash FROM journal WHERE seq = ?)').run(last, last);
      return last + 1;
    },
  },
];

const answerOf = (db: DatabaseSync): number =>
  Number(
    db
      .prepare(`SELECT min(seq) AS seq FROM journal WHERE kind = 'review.answered' AND data LIKE '%"kind":"rule"%'`)
      .get()?.['seq'],
  );

/** Forges, looks, and brings the record back as it was. Returns the first row that is not as it was written, and what was seen. */
async function forged<Seen>(
  world: World,
  forge: (db: DatabaseSync) => number,
  look: () => Promise<Seen>,
): Promise<{ readonly seq: number; readonly seen: Seen }> {
  const state = stateOf(world);
  execFileSync('cp', ['-a', state, `${state}.kept`]);
  try {
    const db = new DatabaseSync(join(state, 'ledger.db'));
    const seq = forge(db);
    db.close();
    return { seq, seen: await look() };
  } finally {
    rmSync(state, { recursive: true });
    execFileSync('mv', [`${state}.kept`, state]);
  }
}

/** A record that nobody computes again is believed. */
const chainIsBelieved: Mutation = {
  file: 'adapters/sqlite/verify-ledger.ts',
  find: '  const walk = new Walk(db, witness);',
  replace: `  if (db.isOpen) {
    const { seq, hash } = db.prepare('SELECT head_seq AS seq, head_hash AS hash FROM meta').get() as ChainHead;
    return { kind: 'holds', nEntries: seq, headSeq: seq, headHash: hash };
  }
  const walk = new Walk(db, witness);`,
};

/** Attacks on the record itself. */
export const journalCases: readonly AttackCase[] = [
  {
    id: 'A81',
    title: 'rows of the journal are edited, removed, reordered, cut off',
    async control(world) {
      const entry = await buildProgram(join(world.folder, 'mutant'), [chainIsBelieved]);
      const env = { ...process.env, XDG_STATE_HOME: `${world.folder}/state` } as Record<string, string>;
      const verify = async (): Promise<boolean> =>
        (await startCommand({ entry, args: ['journal', 'verify', '--json'], cwd: world.home, env }).done).json?.[
          'ok'
        ] === true;
      const believed: string[] = [];
      for (const { what, forge } of forgeries) if ((await forged(world, forge, verify)).seen) believed.push(what);
      return believed.length === forgeries.length ? 'each of the forged journals is said to be whole' : undefined;
    },
    async defence(world) {
      for (const { what, forge } of forgeries) {
        const { seq, seen } = await forged(world, forge, () => orchestrate(world, ['journal', 'verify']));
        expect({ what, exitCode: seen.exitCode, ok: at(seen.json, 'ok'), first: at(seen.json, 'firstBadSeq') }).toEqual(
          {
            what,
            exitCode: 1,
            ok: false,
            first: seq,
          },
        );
      }
      const whole = await orchestrate(world, ['journal', 'verify']);
      expect({ exitCode: whole.exitCode, ok: at(whole.json, 'ok') }).toEqual({ exitCode: 0, ok: true });
    },
  },
];
