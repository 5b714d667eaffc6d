/**
 * A program that uses a memory, as another process would. Says what came of it as JSON lines.
 * node memory-child.ts put <dir> <stateDir> <key> <text>
 * node memory-child.ts count <dir> <stateDir> <key> <n> <careful|careless>: adds one n times, with or without saying what it saw.
 * The careless one says when it has read for the first time and writes only after a line comes in.
 */
import { once } from 'node:events';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createMemory } from '../../../src/adapters/memory/memory.ts';
import { Fault } from '../../../src/base/fault.ts';

const [, , task = '', dir = '', stateDir = '', key = '', value = '', how = 'careful'] = process.argv;
const editor = { kind: 'person', name: 'anna' } as const;
const by = { kind: 'program', name: `process-${process.pid}` } as const;
const memory = createMemory({ dir, stateDir, clock: createSystemClock(), digest: createDigest(), editor });
const say = (fact: object): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);

if (task === 'put') say(await memory.put({ key, kind: 'state', text: value, by }));
let nMoved = 0;
if (task === 'count') {
  for (let n = 0; n < Number(value);) {
    const there = await memory.get(key);
    const text = String(Number(there?.text ?? '0') + 1);
    const ifVersion = there?.version ?? 0;
    if (how === 'careless' && n === 0) {
      say({ read: text });
      await once(process.stdin, 'data');
      process.stdin.unref();
    }
    try {
      await memory.put({ key, kind: 'state', text, by, ...(how === 'careful' ? { ifVersion } : {}) });
      n += 1;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'MEMORY_MOVED') throw error;
      nMoved += 1;
    }
  }
  say({ nMoved });
}
await memory.close();
