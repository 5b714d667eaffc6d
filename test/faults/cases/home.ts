import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { stock } from '../../../demo/wheel/stock.ts';
import { textOf } from '../../support/fault-processes.ts';
import { endStranger, expectDone, expectFault, startStranger, untilRow, upgrade } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';

/** A torch that imports well and sleeps for ever in a server that starts. */
const sleepingTorch = stock('import')
  .filter((one) => one.version === '2.12.0' || one.version === '0.27.0')
  .map((one) => {
    if (one.name !== 'torch') return one;
    const good = stock().find((other) => other.name === 'torch' && other.version === '2.11.0');
    const init = String(good?.files['torch/__init__.py']);
    const files = {
      ...good?.files,
      'torch/version.py': '__version__ = "2.12.0"\n',
      'torch/__init__.py': `${init}\nimport sys as _sys, time as _time\nif _sys.argv and _sys.argv[0].endswith("main.py"):\n    _time.sleep(3600)\n`,
    };
    return { ...one, files };
  });

export const homeCases: readonly FaultCase[] = [
  {
    id: 'X-dirty',
    title:
      'home has edits in a path that the merge changes: it waits with exit 7, then goes on by itself; edits elsewhere stay',
    control: (world) => {
      const file = join(world.home, 'requirements.lock');
      fs.appendFileSync(file, '# mine\n');
      world.git(['checkout', '--force', 'HEAD']);
      return fs.readFileSync(file, 'utf8').includes('# mine') ? undefined : 'a forced checkout takes the edit away';
    },
    fault: async (world) => {
      const touched = join(world.home, 'requirements.lock');
      const elsewhere = join(world.home, 'CLAUDE.md');
      fs.appendFileSync(touched, '# mine\n');
      fs.appendFileSync(elsewhere, '\nmine too\n');
      fs.writeFileSync(join(world.home, 'untracked.txt'), 'mine as well');
      await world.ok(['service', 'start', '--json']);
      const base = world.git(['rev-parse', 'HEAD']);
      const waiting = await world.run(upgrade);
      expect(waiting.exitStatus, waiting.err).toBe(7);
      expect(waiting.out).toContain('HOME_DIRTY');
      expect(waiting.err).toContain('requirements.lock');
      expect(world.git(['rev-parse', 'HEAD'])).toBe(base);
      expect(fs.readFileSync(touched, 'utf8')).toContain('# mine');
      world.git(['checkout', '--', 'requirements.lock']);
      await untilRow(world, 'run.closed', { run: 'r1' }, 30_000);
      expect(world.rows('run.closed').at(-1)?.data['state']).toBe('done');
      expect(world.git(['rev-parse', 'HEAD'])).not.toBe(base);
      expect(fs.readFileSync(elsewhere, 'utf8')).toContain('mine too');
      expect(fs.readFileSync(join(world.home, 'untracked.txt'), 'utf8')).toBe('mine as well');
      expect(world.git(['status', '--porcelain'])).toBe(' M CLAUDE.md\n?? untracked.txt');
    },
  },
  {
    id: 'X-trunk',
    title: 'a branch that is not called main works the same, there and back',
    world: { init: ['--branch', 'trunk'] },
    control: (world) => {
      try {
        world.git(['rev-parse', '--verify', 'refs/heads/main']);
        return undefined;
      } catch {
        return 'who names main finds nothing';
      }
    },
    fault: async (world) => {
      const tree = world.git(['rev-parse', 'HEAD^{tree}']);
      await world.ok(['service', 'start', '--json']);
      expectDone(await world.run(upgrade));
      expect(world.git(['symbolic-ref', 'HEAD'])).toBe('refs/heads/trunk');
      expect(world.git(['rev-parse', 'trunk'])).toBe(world.rows('branch.moved').at(-1)?.data['to']);
      expectDone(await world.run(['undo', '--yes', '--json']));
      expect(world.git(['rev-parse', 'trunk^{tree}'])).toBe(tree);
    },
  },
  {
    id: 'F31-production',
    title: "a stranger has production's port: service start refuses and names it, and the stranger lives on",
    noProduction: true,
    control: async (world) => {
      const stranger = await startStranger(world.port);
      try {
        return (await (await fetch(`http://127.0.0.1:${world.port}`)).text()) === 'stranger'
          ? 'who asks the port takes the stranger for production'
          : undefined;
      } finally {
        await endStranger(stranger);
      }
    },
    fault: async (world) => {
      const stranger = await startStranger(world.port);
      try {
        const refused = await world.run(['service', 'start', '--json']);
        expect(refused.exitStatus).not.toBe(0);
        expectFault(refused, 'PORT_TAKEN');
        expect(refused.out).toContain(String(stranger.pid));
        expect(stranger.exitCode).toBe(null);
        // The work does not need production.
        expectDone(await world.run(upgrade));
      } finally {
        await endStranger(stranger);
      }
    },
  },
  {
    id: 'F31-tree',
    title: "a stranger has the tree's port: the slot gets another one, and the stranger lives on",
    control: async (world) => {
      const stranger = await startStranger(world.treePort);
      try {
        return (await (await fetch(`http://127.0.0.1:${world.treePort}`)).text()) === 'stranger'
          ? 'the smoke workflows would go to a stranger'
          : undefined;
      } finally {
        await endStranger(stranger);
      }
    },
    fault: async (world) => {
      const stranger = await startStranger(world.treePort);
      try {
        await world.ok(['service', 'start', '--json']);
        expectDone(await world.run(upgrade));
        const lease = world.rows('lease.taken').at(-1)?.data;
        expect(lease?.['port']).not.toBe(world.treePort);
        expect(JSON.stringify(lease?.['skipped'])).toContain(`held by process ${stranger.pid}`);
        expect(stranger.exitCode).toBe(null);
      } finally {
        await endStranger(stranger);
      }
    },
  },
  {
    id: 'F32',
    title: 'the service starts but never answers: it is stopped, the run fails, production is not touched',
    world: { wheels: sleepingTorch, config: [['start-time: 3m', 'start-time: 6s']] },
    control: async (world) => {
      const { version } = sleepingTorch.find((one) => one.name === 'torch') ?? { version: '' };
      // An upgrade by version numbers alone would take it: it is the newest, and it imports.
      const file = fs.readdirSync(join(world.live, 'w/index')).find((name) => name.startsWith(`torch-${version}`));
      return file ? 'the newest torch in the index never lets the server up' : undefined;
    },
    fault: async (world) => {
      await world.ok(['service', 'start', '--json']);
      const before = world.rows('instance.proven').at(-1)?.data['pid'];
      const base = world.git(['rev-parse', 'HEAD']);
      const result = await world.run(upgrade);
      expect(result.exitStatus, result.err).not.toBe(0);
      expect(result.json?.['state']).toBe('failed');
      expectFault(result, 'INSTANCE_UNHEALTHY');
      expect(world.git(['rev-parse', 'HEAD'])).toBe(base);
      await untilRow(world, 'run.closed', { run: 'r1' });
      expect(fs.existsSync(`/proc/${textOf(before)}`), 'production lives').toBe(true);
    },
  },
];
