import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { textOf, until } from '../support/fault-processes.ts';
import { isFree, post, slowGraph } from '../support/fault-service.ts';
import { readFaults, spare, strike } from '../support/fault-switches.ts';
import { FaultWorld } from '../support/fault-world.ts';

/** What one fault of the simulator shows. */
interface Row {
  /** A line of its control file. */
  readonly fault: string;
  /** When it is switched on: before the service starts, or while it runs. */
  readonly on: 'start' | 'run';
  /** What is posted to it then. */
  readonly posts?: 'picture' | 'model';
  /** Signatures that its log shows, with whom they blame. */
  readonly shows: Readonly<Record<string, string | null>>;
  /** Alerts that are raised, by their keys. */
  readonly alerts: readonly string[];
  /** State that production comes to. */
  readonly state?: 'degraded' | 'stopped';
}

const model = 'known.safetensors';

/** Every fault of the table in `demo/comfyui/README.md`. */
const table: readonly Row[] = [
  ...(
    [
      ['oom', 'S01'],
      ['cuda-poisoned', 'S08'],
      ['gpu-lost', 'S07'],
      ['disk-full', 'S40'],
    ] as const
  ).map(([fault, id]): Row => ({
    ...{ fault, on: 'run', posts: 'picture' },
    ...{ shows: { [id]: null }, alerts: [`signature:${id.toLowerCase()}`] },
  })),
  ...(
    [
      ['header-too-large', 'S55'],
      ['truncated', 'S56'],
      ['bad-header', 'S57'],
      ['pickle', 'S59'],
      ['not-a-model', 'S60'],
    ] as const
  ).map(([kind, id]): Row => ({
    ...{ fault: `wrong-model=${kind}`, on: 'run', posts: 'model' },
    ...{ shows: { [id]: null }, alerts: [`signature:${id.toLowerCase()}`] },
  })),
  {
    ...{ fault: 'wrong-model=unknown', on: 'run', posts: 'model' },
    ...{ shows: { S58: expect.stringContaining(model) as string }, alerts: ['signature:s58:model:'] },
  },
  {
    ...{ fault: 'wrong-model=not-listed', on: 'run', posts: 'model' },
    ...{ shows: { S61: `model:${model}` }, alerts: [`signature:s61:model:${model}`] },
  },
  {
    ...{ fault: 'worker-dead', on: 'run', posts: 'picture' },
    ...{ shows: { S43: null }, alerts: ['signature:s43', 'service:hung'] },
  },
  {
    ...{ fault: 'import-failed=demo-pack', on: 'start' },
    ...{ shows: { S17: 'package:demo_pack_missing', S18: 'pack:demo-pack' }, alerts: ['signature:s18:pack:demo-pack'] },
  },
  { fault: 'crash-prompt', on: 'run', posts: 'picture', shows: {}, alerts: ['service:down'], state: 'stopped' },
  { fault: 'hang-queue', on: 'run', posts: 'picture', shows: {}, alerts: ['service:hung'] },
  { fault: 'hang-http', on: 'run', shows: {}, alerts: ['service:hung'], state: 'degraded' },
  { fault: 'garbage=json', on: 'run', shows: {}, alerts: [], state: 'degraded' },
  { fault: 'garbage=http', on: 'run', shows: {}, alerts: [], state: 'degraded' },
  { fault: 'slow-http=4', on: 'run', shows: {}, alerts: [], state: 'degraded' },
];

/** Faults that show nothing: what is slow, or large, is not ill, and nobody waits for a socket that says nothing while HTTP answers. */
const harmless = ['slow=0.1', 'slow-boot=1', 'slow-http=0.1', 'big-frame=1', 'half-open'];

let world: FaultWorld;
let nPosted = 0;
const tried: string[] = [];
const passed: string[] = [];
beforeAll(async () => {
  world = await FaultWorld.create();
  readFaults(world);
  const folder = join(world.live, 'w/ComfyUI/models/checkpoints');
  fs.mkdirSync(folder, { recursive: true });
  // The header of an empty model, as the format has it: its length, then itself.
  fs.writeFileSync(join(folder, model), Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
});
afterAll(async () => {
  await world?.remove();
  process.stdout.write(`signatures: tried ${tried.length} / passed ${passed.length}: ${passed.join(' ')}\n`);
});

const seen = (): number => world.journal().at(-1)?.seq ?? 0;
const raisedSince = (seq: number): string[] =>
  world
    .rows('alert.raised')
    .filter((one) => one.seq > seq)
    .map(({ data }) => textOf(data['key']));
const instanceNow = (): string => textOf(world.rows('production.set').at(-1)?.data['instance']);

/** Production that was started anew, with these faults from the start on. */
async function fresh(fromStart: readonly string[] = []): Promise<void> {
  strike(world, ...fromStart);
  await world.ok(['service', 'stop', '--now', '--json']).catch(() => undefined);
  await until('the port to be free', () => isFree(world.port));
  await world.ok(['service', 'start', '--json']);
}

/** Posts what nobody posted before: the server keeps what it has computed. */
async function provoke(what: 'picture' | 'model'): Promise<void> {
  nPosted += 1;
  const picture = slowGraph(nPosted % 5, `p${nPosted}`);
  const graph = {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: model } },
    '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
  };
  await post(world.port, `p${nPosted}`, what === 'picture' ? picture : graph).catch(() => 0);
}

/** Signatures that the log of production shows, with whom they blame. */
async function diagnosed(): Promise<Record<string, string | null>> {
  const log = join(world.home, 'logs/instances', `${instanceNow()}.log`);
  const { json } = await world.ok(['diagnose', '--log', log, '--json']);
  const findings = json?.['findings'] as { signature: string; culprit: string | null; severity: string }[];
  return Object.fromEntries(
    findings.filter((one) => one.severity !== 'informational').map((one) => [one.signature, one.culprit]),
  );
}

describe('a fault of the service', () => {
  it('is told nowhere where there is none: slow and large answers, pictures and models that end well', async () => {
    tried.push('control');
    await fresh(harmless);
    const seq = seen();
    for (const what of ['picture', 'model', 'picture'] as const) await provoke(what);
    await until('the prompts to be done', async () => {
      const answer = await fetch(`http://127.0.0.1:${world.port}/history`);
      return Object.keys((await answer.json()) as object).length === 3;
    });
    // Two rounds of every look.
    await new Promise((resolve) => void setTimeout(resolve, 12_000));
    expect(await diagnosed()).toEqual({});
    expect(raisedSince(seq)).toEqual([]);
    expect((await world.ok(['service', 'status', '--json'])).json).toMatchObject({ state: 'healthy' });
    passed.push('control');
  });

  it.each(table.map((row) => [row.fault, row] as const))('%s is named', async (fault, row) => {
    tried.push(fault);
    await fresh(row.on === 'start' ? [fault] : []);
    const instance = instanceNow();
    const seq = row.on === 'start' ? 0 : seen();
    const before = row.on === 'run' ? await diagnosed() : {};
    expect(before, 'before the fault').toEqual({});
    strike(world, fault);
    if (row.posts !== undefined) await provoke(row.posts);
    for (const key of row.alerts)
      await until(`the alert ${key}`, () => raisedSince(seq).some((one) => one.startsWith(key)), 120_000, 200);
    const { state } = row;
    if (state !== undefined)
      await until(
        `${instance} to be ${state}`,
        () => world.rows('machine.moved').some((one) => one.data['subject'] === instance && one.data['to'] === state),
        30_000,
        200,
      );
    expect(await diagnosed()).toEqual(row.shows);
    passed.push(fault);
  });

  it('of the start ends the start, and is told with the end of its log', async () => {
    tried.push('crash-boot');
    strike(world, 'crash-boot');
    await world.ok(['service', 'stop', '--now', '--json']).catch(() => undefined);
    const started = await world.run(['service', 'start', '--json']);
    expect(started.exitStatus).not.toBe(0);
    expect(started.out).toContain('the start was made to fail');
    spare(world);
    expect((await world.ok(['service', 'start', '--json'])).json).toMatchObject({ state: 'healthy' });
    passed.push('crash-boot');
  });
});
