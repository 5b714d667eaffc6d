import { expect, it } from 'vitest';

import { passUntil } from '../../../fakes/fake-life.ts';
import { by, supervised, upgrade } from '../supervisor/supervised-scene.ts';

it('writes down which node classes of a boot came from which pack', async () => {
  const scene = await supervised(undefined, (world) => {
    world.service.boot = () => ({
      nodeClasses: ['KSampler', 'Twice'],
      nodePacks: { Twice: 'custom_nodes.twice-pack' },
    });
  });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  const boots = scene.world.ledgers
    .open()
    .read({ kinds: ['evidence.recorded'], limit: 100 })
    .map(({ data }) => data['evidence'] as { part: string; nodeClasses: string[]; nodePacks: object[] })
    .filter(({ part }) => part === 'boot');
  expect(boots).not.toEqual([]);
  for (const boot of boots) {
    expect(boot.nodeClasses).toEqual(['KSampler', 'Twice']);
    expect(boot.nodePacks).toEqual([{ pack: 'twice-pack', nodeClasses: ['Twice'] }]);
  }
});

it.each([
  ['its run is cancelled', true],
  ['nobody stops it (control)', false],
])('takes the prompt of a workflow back when %s', async (_, isCancelled) => {
  const scene = await supervised(undefined, (world) => {
    world.service.boot = () => ({ runs: () => (isCancelled ? 'never' : { kind: 'ran' }) });
  });
  const { service } = scene.world;
  await upgrade(scene);
  await passUntil(scene.world, () => service.ran.length > 0);
  if (isCancelled) {
    await scene.ask('run.cancel', { run: 'r1', by });
    await scene.until('r1', 'cancelled');
  } else await scene.until('c1', 'reviewing.deciding');
  expect(service.takenBack).toEqual(isCancelled ? [service.ran[0]?.nonce] : []);
});

const reads = (image: string) => `{"1": {"class_type": "LoadImage", "inputs": {"image": "${image}"}}}`;

async function smoked(inputs: Readonly<Record<string, string>>) {
  const scene = await supervised({ workflows: { retouch: reads('photo.png') }, inputs }, (world) => {
    world.service.boot = () => ({ nodeClasses: ['LoadImage', 'SaveImage'] });
  });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  const smokes = scene.world.ledgers
    .open()
    .read({ kinds: ['evidence.recorded'], limit: 100 })
    .map(({ data }) => data['evidence'] as { part: string; workflows: { failure: string | null }[] })
    .filter(({ part }) => part === 'smoke');
  return { service: scene.world.service, ran: smokes.flatMap(({ workflows }) => workflows) };
}

it('gives the instance under test the pictures that a workflow begins with, and production none', async () => {
  const { service, ran } = await smoked({ 'photo.png': 'pixels', 'photo.mask.png': 'mask', 'other.png': 'x' });
  const { uploaded } = service;
  expect(uploaded.slice(0, 2).map(({ kind, name, sizeBytes }) => [kind, name, sizeBytes])).toEqual([
    ['image', 'photo.png', 6],
    ['mask', 'photo.png', 4],
  ]);
  expect(uploaded.every(({ port, name }) => port !== 8188 && name === 'photo.png')).toBe(true);
  expect(service.ran.length).toBe(uploaded.length / 2);
  expect(new Set(ran.map(({ failure }) => failure))).toEqual(new Set([null]));
});

it('says that a picture is missing before anything is posted', async () => {
  const { service, ran } = await smoked({ 'other.png': 'x' });
  expect(ran[0]).toMatchObject({
    failure: 'Node 1 reads the picture photo.png, which is not in workflows/inputs/.',
    fault: { code: 'WORKFLOW_INPUT_MISSING', nodes: ['1'] },
  });
  expect([service.ran, service.uploaded]).toEqual([[], []]);
});

it('tells how far a workflow is while it runs, in a file that is gone afterwards, and in no row', async () => {
  const seen: string[] = [];
  const scene = await supervised(undefined, (world) => {
    const { service, files, context } = world;
    const { runWorkflow } = service;
    service.runWorkflow = async (url, graph, asked) => {
      asked.onProgress?.({
        ...{ node: '1', nodeClass: 'KSampler', steps: { value: 1, max: 2 }, nDone: 0, nNodes: 1 },
        ...{ percent: 50, text: null, nPreviews: 0 },
      });
      await Promise.resolve();
      for (let n = 0; n < 20 && seen.length === 0; n += 1) {
        await Promise.resolve();
        const text = await files.readText(`${context.paths.state}/live/r1.json`);
        if (text !== undefined) seen.push(text);
      }
      return runWorkflow(url, graph, asked);
    };
  });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  expect(JSON.parse(seen[0] ?? '{}')).toMatchObject({ workflow: 'portrait', nth: 1, progress: { percent: 50 } });
  const { files, context, ledgers } = scene.world;
  expect(await files.readText(`${context.paths.state}/live/r1.json`)).toBeUndefined();
  expect(JSON.stringify(ledgers.open().read({ limit: 10_000 }))).not.toContain('"percent"');
});
