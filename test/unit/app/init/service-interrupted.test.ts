import { expect, it } from 'vitest';

import { adoptService } from '../../../../src/app/init/service/adopt.ts';
import { planServiceInit } from '../../../../src/app/init/service/plan.ts';
import { Fault } from '../../../../src/base/fault.ts';
import { machine, type Machine, options } from './init-scene.ts';

const home = options.dir;
const asked = {
  dir: home,
  start: '/usr/bin/python3 s.py --port {port}',
  ready: 'http://127.0.0.1:{port}/health',
  setup: null,
  check: [],
  port: null,
  service: null,
};

function repository(): Machine {
  const one = machine({ '/usr/bin/python3': 'python' });
  one.files.put(`${home}/.git/HEAD`, 'ref: refs/heads/main\n');
  const author = { name: 'Anna', email: 'anna@example.invalid' };
  const tree = one.home.objects.tree(new Map());
  const commit = one.home.objects.commit({ tree, parents: [], message: 'first\n', author, atSeconds: 1 });
  one.home.refs.set(one.home.branchRef, commit);
  one.home.commitByHand({ 's.py': 'print()\n' });
  return one;
}

it('says that the branch has the commit when the files could not be written, and a repeat goes on with the same id', async () => {
  const one = repository();
  const before = one.home.head();
  const { applyPaths } = one.home;
  one.home.applyPaths = async () => {
    throw new Fault('DISK_FULL', 'The disk is full.', { state: 'Nothing more was written.' });
  };
  const first = adoptService(one.app, await planServiceInit(one.app, asked));
  await expect(first).rejects.toMatchObject({
    code: 'DISK_FULL',
    state: expect.stringContaining('main has the commit'),
  });
  const ours = one.home.head();
  expect(ours).not.toBe(before);
  one.home.applyPaths = applyPaths;
  await adoptService(one.app, await planServiceInit(one.app, asked));
  expect(one.home.head(), 'there is no second commit').toBe(ours);
  expect(one.created[1]).toBe(one.created[0]);
  expect(await one.files.readText(`${home}/orchestrate.yaml`)).toContain(one.created[0]);
});

it('takes everything away again when the branch has not moved', async () => {
  const one = repository();
  const before = one.home.head();
  one.home.updateRefs = async () => {
    throw new Fault('GIT_FAILED', 'Not now.');
  };
  const first = adoptService(one.app, await planServiceInit(one.app, asked));
  await expect(first).rejects.toMatchObject({ state: 'The repository is as it was.' });
  expect(one.home.head()).toBe(before);
  expect(await one.files.info(`${home}/.orchestrate`)).toBeUndefined();
});
