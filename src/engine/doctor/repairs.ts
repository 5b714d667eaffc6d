import { Fault } from '../../base/fault.ts';
import type { RepairAct } from '../../domain/doctor/finding.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { findUnrecorded, noteFound, noteTrash } from '../removal/note-trash.ts';
import { leftForNow, setInstanceAside, setSlotAside } from '../removal/set-aside.ts';
import { findBroken, mendPoint } from '../restore/mend.ts';

/** Carries a safe repair out; returns what was done, as one clause. Each is called only while its finding is so, and a repeat is safe. */
export type CarryOut = (engine: Engine, subject: string, by: Actor) => Promise<string>;

/** How long a process of ours has to end by itself. */
const graceMs = 2_000;

/** Nothing here removes: what goes, goes to the trash with its record. */
export const repairs: Readonly<Record<RepairAct, CarryOut>> = {
  'clear-locks': async (engine, subject) => {
    const cleared = await (subject === 'home' ? engine.home : engine.store).clearStaleLocks();
    if (cleared.length === 0) throw leftForNow(`a git may be at work in the ${subject}`);
    return `removed ${cleared.join(', ')}`;
  },

  'mend-tag': async (engine, subject) => {
    const broken = (await findBroken(engine)).find(({ tag, where }) => `${where}:${tag}` === subject);
    return broken === undefined ? `${subject} is where it was made` : mendPoint(engine, broken);
  },

  // By the time that this is asked, the supervisor that takes them is the one that is asked.
  'take-requests': async (_engine, subject) => `request ${subject} is taken`,

  'stop-process': async (engine, subject) => {
    const mark = markOf(engine, subject);
    const found = await engine.outside.processes.findMarked((one) => one === mark);
    for (const one of found) await engine.outside.processes.stop(one, { graceMs });
    return `stopped ${found.map(({ pid }) => `process ${pid}`).join(', ')}`;
  },

  'note-gone': async (engine, subject) => {
    if (engine.host.find(subject) === undefined) return `${subject} has ended on record`;
    const fault = new Fault('SERVICE_NOT_RUNNING', `The process of ${subject} is gone.`).toRecord();
    await engine.host.send(subject, { type: 'GONE', fault });
    return `wrote down that ${subject} ended`;
  },

  'trash-instance': setInstanceAside,

  'trash-slot': async (engine, name, by) => {
    const release = await engine.leases.hold(name);
    if (release === undefined) throw leftForNow(`a run has the slot ${name} by now`);
    try {
      return await setSlotAside(engine, name, by);
    } finally {
      release();
    }
  },

  'free-lease': async (engine, run) => `gave back ${(await engine.leases.free(run)).join(' and ') || 'nothing'}`,

  'trash-environment': (engine, id, by) =>
    // Whoever builds it now is waited for.
    engine.inFlight.alone(`environment:${id}`, { owner: 'doctor' }, () =>
      moveToTrash(engine, { dir: `${engine.paths.envs}/${id}`, name: id, what: 'environment', by }),
    ),

  'trash-wheel': (engine, sha256, by) =>
    moveToTrash(engine, { dir: `${engine.paths.wheels}/${sha256}`, name: sha256, what: 'packages', by }),

  'note-trash': async (engine, path) => {
    const one = (await findUnrecorded(engine)).find((found) => found.path === path);
    const id = one === undefined ? null : await noteFound(engine, one);
    return id === null ? `${path} is on record` : `wrote it down as ${id}`;
  },

  'rebuild-index': async (engine) => {
    const { nEntries } = await engine.memory.rebuild();
    return `made the index anew of ${nEntries} ${nEntries === 1 ? 'entry' : 'entries'}`;
  },

  'take-up-memory': async (engine, key) => {
    const { noticed } = await engine.memory.sync();
    const version = noticed.find((one) => one.key === key)?.version;
    return version === undefined ? `${key} was looked at` : `${key} is taken up as version ${version}`;
  },
};

async function moveToTrash(
  engine: Engine,
  options: { dir: string; name: string; what: 'environment' | 'packages'; by: Actor },
): Promise<string> {
  const { dir, name, what, by } = options;
  const { files, digest } = engine.outside;
  // A name of its own for each time: what lies there from before stays.
  const nth = digest.sha256(`${dir} ${engine.ledger.head().seq}`).slice(0, 8);
  const place = `${engine.paths.trash}/doctor-${nth}-${name.slice(0, 16)}`;
  await files.ensureDir(engine.paths.trash);
  if ((await files.moveNew(dir, place)) === 'taken') throw leftForNow(`${place} is taken`);
  const why = 'it was not whole';
  const id = await noteTrash(engine, { place, what, name, from: dir, why, run: null, by });
  return `moved ${dir} to the trash as ${id}`;
}
