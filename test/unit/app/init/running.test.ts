import { describe, expect, it } from 'vitest';

import type { App } from '../../../../src/app/app.ts';
import { planInit } from '../../../../src/app/init/plan-init.ts';
import type { ServiceFacts } from '../../../../src/ports/index.ts';
import { createFakePorts, type FakePorts } from '../../../fakes/fake-ports.ts';
import { fakeSurvey } from '../../../fakes/fake-python.ts';
import { comfyui, machine, options } from './init-scene.ts';

const running = 'http://127.0.0.1:8188';
const python = '/envs/comfy/bin/python';
const owner = { pid: 7, startTime: '1', argv: ['python', 'main.py'] };
const facts: ServiceFacts = {
  comfyuiVersion: '0.8.0',
  pythonVersion: '3.12.4',
  pytorchVersion: '2.8.0',
  argv: ['main.py', '--port', '8188', '--lowvram', '--listen', '0.0.0.0', '--output-directory', '/big/out'],
  deviceType: 'cpu',
  deviceName: 'cpu',
  devices: [],
};

/** A machine on which a server answers, as far as `more` does not say otherwise. */
function withServer(
  more: { facts?: ServiceFacts | undefined; owners?: readonly (typeof owner)[]; isGone?: boolean } = {},
): {
  app: App;
  ports: FakePorts;
} {
  const one = machine({ [python]: 'python' });
  one.python.surveys.set(python, fakeSurvey('/envs/comfy', { numpy: '2.1.0', torch: '2.8.0' }));
  const ports = createFakePorts();
  if (more.isGone !== true) ports.hold(8188, more.owners ?? [owner]);
  ports.starts.set(7, { program: python, cwd: comfyui });
  const answer = 'facts' in more ? more.facts : facts;
  const service = { ...one.app.outside.service, facts: async () => answer };
  return { app: { ...one.app, outside: { ...one.app.outside, ports, service } }, ports };
}

const plan = (app: App, more: object = {}) =>
  planInit(app, { ...options, comfyui: null, port: null, cpu: false, running, ...more });

describe('a server that runs', () => {
  it('tells its folder, its flags and its interpreter', async () => {
    const { config, report, around } = await plan(withServer().app);
    expect(around.comfyui).toBe(comfyui);
    expect(report.found).toMatchObject({ python, how: `what process 7 at ${running} was started with` });
    expect(config.service).toMatchObject({ port: 8188, args: ['--lowvram'], outputDir: '/big/out' });
    expect(report.notes[0]).toBe('--listen 0.0.0.0 is left out: orchestrate sets it, or it would open the service');
  });

  it('may leave its interpreter to the person, where the machine does not tell', async () => {
    const { app, ports } = withServer({ facts: { ...facts, argv: [`${comfyui}/main.py`] } });
    ports.starts.clear();
    const { report } = await plan(app, { environment: '/envs/comfy' });
    expect(report.found).toMatchObject({ python, how: 'named by --environment' });
    expect(report.notes[0]).toContain('name it by --environment');
  });

  it.each([
    ['nothing answers', { facts: undefined }, 'SERVICE_NOT_RUNNING'],
    ['it died while it was asked', { isGone: true }, 'SERVICE_NOT_RUNNING'],
    ['it is of another user', { owners: [] }, 'INSTANCE_NOT_PROVEN'],
    ['several hold its port', { owners: [owner, { ...owner, pid: 8 }] }, 'INSTANCE_NOT_PROVEN'],
    ['it was started from another script', { facts: { ...facts, argv: ['serve.py'] } }, 'INSTANCE_NOT_PROVEN'],
  ])('is refused when %s', async (_, more, code) => {
    await expect(plan(withServer(more).app)).rejects.toMatchObject({
      code,
      state: 'Nothing was written; the server was only asked.',
    });
  });

  it.each(['https://127.0.0.1:8188', 'http://192.168.1.2:8188', 'http://127.0.0.1', 'comfy'])(
    'is on this machine, and %s is not',
    async (address) => {
      await expect(plan(withServer().app, { running: address })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    },
  );

  it('or a folder has to be named', async () => {
    await expect(plan(withServer().app, { running: null })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
  });
});
