import { afterAll } from 'vitest';

import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { createWalls } from '../../../src/adapters/walls/walls.ts';
import { createFakeWalls, type FakeWalls } from '../../fakes/fake-walls.ts';
import { noWall } from '../support/wall-spec.ts';
import { describeWalls } from './walls.contract.ts';

const bubblewrap = ['/usr/bin', '/bin'];

describeWalls('by bubblewrap', () => {
  const spawner = createInProcessSpawner();
  afterAll(() => spawner.close());
  const [walls, none] = [bubblewrap, []].map((searchPath) => createWalls({ spawner, searchPath }));
  if (walls === undefined || none === undefined) throw new Error('no walls');
  return { walls, none, unavailable: noWall };
});

describeWalls('fake', () => ({ walls: played(), none: Object.assign(played(), { level: 'L0' as const }) }));

/** The scripts of the suite, played. */
function played(): FakeWalls {
  const walls = createFakeWalls();
  walls.programs.set('/bin/sh', async ({ spec, input, say, sayError, stopped }) => {
    const script = spec.args[1] ?? '';
    const forever = () =>
      new Promise<never>((_, reject) => stopped.addEventListener('abort', () => reject(new Error('ended'))));
    if (script === 'echo hi') say('hi\n');
    else if (script === 'yes') for (; !stopped.aborted;) say('y\n');
    else if (script.startsWith('sleep')) await forever().catch(() => {});
    else {
      for await (const chunk of input) say(Buffer.from(chunk).toString('utf8'));
      sayError('wrong\n');
      return 3;
    }
    return 0;
  });
  return walls;
}
