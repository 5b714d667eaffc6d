import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSwarmUi } from '../../src/adapters/swarm-ui/swarm-ui.ts';
import { faultOf } from './support/fault-of.ts';

const swarm = createSwarmUi();
let process_: ChildProcess;
let url = '';

beforeAll(async () => {
  process_ = spawn(process.execPath, [fileURLToPath(new URL('support/swarm-ui.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(process_.stdout ?? process_, 'data')) as [Buffer];
  url = chunk.toString().trim();
});

afterAll(async () => {
  process_.kill();
  await once(process_, 'exit');
});

describe('SwarmUI in a process of its own', () => {
  it('tells its backends', async () => {
    expect(await swarm.backends(url)).toEqual([
      { id: '0', type: 'comfyui_selfstart', title: 'ComfyUI', status: 'running', isEnabled: true },
      { id: '1', type: 'comfyui_api', title: 'elsewhere', status: 'errored', isEnabled: true },
    ]);
  });

  it('restarts one, and says that another is not there', async () => {
    await swarm.restart(url, '0');
    expect((await swarm.backends(url))?.[0]?.status).toBe('running');
    expect(await faultOf(swarm.restart(url, '7'))).toMatchObject({ code: 'SWARM_REFUSED' });
  });

  it('stops one that is disabled, starts it again, and refuses in its own words', async () => {
    await swarm.toggle(url, '0', false);
    expect((await swarm.backends(url))?.[0]).toMatchObject({ status: 'disabled', isEnabled: false });
    await swarm.toggle(url, '0', true);
    expect((await swarm.backends(url))?.[0]).toMatchObject({ status: 'running', isEnabled: true });
    const fault = await faultOf(swarm.toggle(url, '9', true));
    expect([fault.code, fault.message]).toEqual([
      'SWARM_REFUSED',
      'SwarmUI refused ToggleBackend: Invalid backend ID 9.',
    ]);
  });

  it('is undefined where nothing answers, and no other machine is asked', async () => {
    expect(await swarm.backends('http://127.0.0.1:9')).toBeUndefined();
    await expect(swarm.backends('http://example.org:7801')).rejects.toThrow('not a loopback address');
  });
});
