import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectDone, expectFault } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { listAt, textAt } from '../support/program.ts';
import { sceneWorld } from '../support/scene-home.ts';

let world: FaultWorld;
let files: string;

beforeAll(async () => {
  world = await sceneWorld();
  // How fast a machine is under its other work is not the question here.
  world.edit('orchestrate.yaml', [['max-slowdown: 1.3', 'max-slowdown: 100']]);
  files = join(world.live, 'mine');
  fs.mkdirSync(files);
});
afterAll(() => world.remove());

const put = (name: string, content: unknown): string => {
  fs.writeFileSync(join(files, name), typeof content === 'string' ? content : JSON.stringify(content));
  return join(files, name);
};
const names = async (): Promise<readonly string[]> =>
  listAt((await world.ok(['smoke', 'list', '--json'])).json, 'workflows').map((one) => textAt(one, 'name'));
/** The newest picture that production wrote, as a person finds it. */
async function drawn(): Promise<string> {
  const graph = JSON.parse(fs.readFileSync(join(world.live, 'w/ComfyUI/smoke/padded-card.json'), 'utf8')) as unknown;
  const url = `http://127.0.0.1:${world.port}`;
  await fetch(`${url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt: graph }) });
  const output = join(world.live, 'w/ComfyUI/output');
  for (;;) {
    const found = fs.readdirSync(output).find((name) => name.endsWith('.png'));
    if (found !== undefined) return join(output, found);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('smoke', () => {
  it('takes the graph of a picture that ComfyUI drew, and proves it by running it', async () => {
    const answer = await world.run(['smoke', 'add', await drawn(), '--name', 'from-picture', '--yes', '--json']);
    expectDone(answer);
    expect(await names()).toEqual(['from-picture', 'padded-card']);
    const list = await world.ok(['smoke', 'list', '--json']);
    expect(listAt(list.json, 'workflows')[0]).toMatchObject({
      name: 'from-picture',
      lastRun: { failure: null, pictures: 1, device: 'cpu' },
    });
  });

  it('has one that needs no model, which draws a picture that is not flat', async () => {
    expectDone(await world.run(['smoke', 'add', '--shipped', 'no-model', '--yes', '--json']));
    expect(await names()).toContain('no-model');
    expectFault(await world.run(['smoke', 'add', '--shipped', 'no-model', '--yes', '--json']), 'NOTHING_TO_DO');
  });

  it('does not take one that generates while its model is not there: it is run, and says why', async () => {
    const answer = await world.run([
      'smoke',
      'add',
      '--shipped',
      'generate',
      '--model',
      'none.safetensors',
      '--yes',
      '--json',
    ]);
    expectFault(answer, 'SMOKE_FAILED');
    expect(await names()).not.toContain('generate');
  });

  it('explains what cannot be run, posts nothing, and changes nothing', async () => {
    const head = world.git(['rev-parse', 'refs/heads/main']);
    const editor = put('editor.json', { nodes: [{ id: 1 }], links: [], version: 0.4 });
    const circle = put('circle.json', { '1': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } } });
    const nodes = put('nodes.json', { '1': { class_type: 'NobodyHasThis', inputs: {} } });
    put('not-a.png', 'GIF89a');
    fs.writeFileSync(join(files, 'huge.json'), '');
    fs.truncateSync(join(files, 'huge.json'), 100 * 1024 * 1024);
    const run = (file: string) => world.run(['smoke', 'add', file, '--yes', '--json']);
    const saved = await run(editor);
    expectFault(saved, 'DEFINITION_INVALID');
    expect(saved.out).toContain('Export (API)');
    expectFault(await run(circle), 'DEFINITION_INVALID');
    expectFault(await run(join(files, 'not-a.png')), 'DEFINITION_INVALID');
    expectFault(await run(join(files, 'huge.json')), 'DEFINITION_INVALID');
    expectFault(await run(join(files, 'absent.json')), 'FILE_ACCESS');
    const missing = await run(nodes);
    expectFault(missing, 'SMOKE_FAILED');
    expect(missing.out).toContain('NobodyHasThis');
    expect(world.git(['rev-parse', 'refs/heads/main'])).toBe(head);
  });

  it('runs the workflows on an instance of their own, and changes nothing', async () => {
    const head = world.git(['rev-parse', 'refs/heads/main']);
    const answer = await world.run(['smoke', 'run', 'no-model', '--json']);
    expectDone(answer);
    expect(answer.out).toMatch(/no-model \d+\.\d s, 1 of 512×384; on cpu/);
    expectFault(await world.run(['smoke', 'run', 'no-modle', '--json']), 'WORKFLOW_NOT_FOUND');
    expect(world.git(['rev-parse', 'refs/heads/main'])).toBe(head);
  });

  it('removes one by a change', async () => {
    expectDone(await world.run(['smoke', 'remove', 'from-picture', '--yes', '--json']));
    expect(await names()).toEqual(['no-model', 'padded-card']);
  });

  it('counts the workflows of the person that no change runs', async () => {
    const own = join(world.live, 'w/ComfyUI/user/default/workflows/portraits');
    fs.mkdirSync(own, { recursive: true });
    for (const name of ['a', 'b']) fs.writeFileSync(join(own, `${name}.json`), '{}');
    expect((await world.run(['smoke', 'list'])).out).toContain('your other 2 workflows');
  });
});
