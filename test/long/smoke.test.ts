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

  it('takes one that begins with a picture once the picture is on the branch, and leaves the person’s input folder', async () => {
    const graph = put('retouch.json', {
      '1': { class_type: 'LoadImage', inputs: { image: 'photo.png' } },
      '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'retouched', images: ['1', 0] } },
    });
    const add = () => world.run(['smoke', 'add', graph, '--yes', '--json']);
    const input = join(world.live, 'w/ComfyUI/input');
    const before = fs.readdirSync(input);
    const refused = await add();
    expectFault(refused, 'WORKFLOW_INPUT_MISSING');
    expect(refused.out).toContain('reads the picture photo.png, which is not in workflows/inputs/');
    fs.mkdirSync(join(world.home, 'workflows/inputs'), { recursive: true });
    fs.copyFileSync(await drawn(), join(world.home, 'workflows/inputs/photo.png'));
    world.git(['add', 'workflows/inputs']);
    world.git(['commit', '--quiet', '-m', 'a picture to begin with']);
    expectDone(await add());
    expect(await names()).toContain('retouch');
    expect(fs.readdirSync(input)).toEqual(before);
    expectDone(await world.run(['smoke', 'remove', 'retouch', '--yes', '--json']));
  });

  it('tells the prompts of production, and takes back only one that is there', async () => {
    await drawn();
    const queue = async () => (await world.ok(['service', 'queue', '--json'])).json;
    await expect.poll(queue, { timeout: 60_000 }).toMatchObject({ running: [], waiting: [] });
    const history = (await world.ok(['service', 'history', '--json'])).json;
    expect(history).toMatchObject({ by: 'history' });
    expect(listAt(history, 'prompts')[0]).toMatchObject({ state: 'finished', nOutputs: 1, reason: null });
    expectFault(await world.run(['service', 'cancel', 'nobody', '--yes', '--json']), 'PROMPT_NOT_FOUND');
    expect((await world.ok(['service', 'free', '--json'])).json).toMatchObject({ nBusy: 0 });
    expect(world.rows('service.freed')).toHaveLength(1);
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
