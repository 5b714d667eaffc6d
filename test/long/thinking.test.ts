import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { expectDone } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import type { Served, ServedCall } from '../support/served.ts';

let world: FaultWorld | undefined;
let server: ModelServer | undefined;
afterEach(async () => {
  await world?.remove();
  await server?.close();
  [world, server] = [undefined, undefined];
});

const goal = 'write down for my successor where the models lie';
const page = 'docs/env-setup/models.md';

const plan = {
  id: 'where-models-lie',
  title: 'Write down where the models lie',
  description: 'A page says it.',
  triggers: ['write down where the models lie'],
  tree: 'env-setup',
  plan: 'goal.plan',
  risk: 'medium',
  steps: [
    {
      id: 'page',
      title: 'Write the page',
      action: 'agent.work',
      agent: 'general-specialist',
      with: { task: `Write ${page}: where extra_model_paths.yaml leads.` },
      timeout: '10m',
    },
  ],
};
const review = {
  verdict: 'approve',
  summary: 'A page is new, nothing else.',
  findings: [{ file: page, line: 1, severity: 'note', why: 'It will be out of date.', suggestion: null }],
};

const systemOf = ({ body }: ServedCall): string => JSON.stringify(body['messages']);
const said = (value: unknown): Served => ({ text: JSON.stringify(value) });
const call = (name: string, input: object): Served => ({ calls: [{ name, arguments: JSON.stringify(input) }] });

/** Plays planner, specialist and reader, by what each is told that it is. */
function player(): (asked: ServedCall) => Served {
  let nTurns = 0;
  return (asked) => {
    const system = systemOf(asked);
    if (system.includes('# Planner')) return said(plan);
    if (system.includes('# Reader of changes')) return said(review);
    nTurns += 1;
    if (nTurns === 1) return call('read_file', { path: 'extra_model_paths.yaml' });
    if (nTurns === 2) return call('write_file', { path: page, text: '# Where the models lie\n\nBelow ComfyUI.\n' });
    return call('finish', { summary: 'The page is written.', evidence: [page] });
  };
}

async function withModels(answer: (asked: ServedCall) => Served) {
  const models = await startModelServer();
  server = models;
  models.otherwise(answer);
  const provider = `{ url: '${models.urls.openai}', dialect: openai-chat, free: true, models: [{ id: first, context: 200000, output: 16000, tier: large }] }`;
  const made = await FaultWorld.create({
    config: [
      ['\npolicy:\n', '\npolicy:\n  review: [{ agents: [change-reader] }]\n'],
      ['\nmerge:\n', `\ncompute:\n  providers:\n    own: ${provider}\n\nmerge:\n`],
      ['auto-merge: []', 'auto-merge: [low, medium]'],
      ['max-slowdown: 1.3', 'max-slowdown: 100'],
    ],
  });
  world = made;
  return { world: made, models };
}

describe('a goal that no playbook knows', () => {
  it('is planned, done and read by models, and merged by a person', { timeout: 600_000 }, async () => {
    const { world: home, models } = await withModels(player());
    const before = home.git(['rev-parse', 'HEAD']);
    const asked = await home.run(['run', goal, '--json']);
    expect(asked.exitStatus, asked.err).toBe(7);
    expect(asked.json).toMatchObject({
      run: 'r1',
      waiting: { what: 'plan' },
      plan: { model: 'own/first', playbook: 'plan-r1', risk: 'medium' },
    });
    const shown = await home.ok(['runs', 'plan', 'r1', '--json']);
    expect(shown.json).toMatchObject({ text: expect.stringContaining('action: agent.work') as string, model: 'first' });

    const ran = await home.run(['runs', 'approve', 'r1', '--json']);
    expect(ran.exitStatus, ran.err).toBe(7);
    expect(ran.json).toMatchObject({ waiting: { what: 'review' } });
    expect(home.git(['rev-parse', 'HEAD'])).toBe(before);
    const { json } = await home.ok(['review', 'show', 'c1', '--json']);
    expect(json).toMatchObject({
      reviews: expect.arrayContaining([
        expect.objectContaining({
          reviewer: 'agent:change-reader',
          findings: [expect.objectContaining({ file: page, line: 1, severity: 'note', isInDiff: true }) as unknown],
        }),
      ]) as unknown,
    });
    expectDone(await home.run(['review', 'approve', 'c1', '--json']));
    expect(readFileSync(join(home.home, page), 'utf8')).toContain('Below ComfyUI.');
    expect(models.calls.length).toBe(5);
    await home.ok(['playbooks', 'save', 'r1', '--as', 'where-models-lie', '--json']);
    await home.ok(['playbooks', 'check']);
    expect(existsSync(join(home.home, 'playbooks/where-models-lie.yaml'))).toBe(true);
  });

  it(
    'waits where the provider is down, cut or talks nonsense, and goes on (F29, F30)',
    { timeout: 600_000 },
    async () => {
      const down: readonly Served[] = [
        { status: 401, body: { error: { message: 'no such key' } } },
        // Asked again at once, as it was cut; what comes then is no stream at all.
        { text: JSON.stringify(plan), chunkSize: 40, cutAfter: 3 },
        { raw: 'data: {"choices": [{"delta": {"content": "{\\"id\\"\n\n' },
        { text: '{"id": "half' },
      ];
      const { world: home, models } = await withModels(player());
      models.say(...down);
      const paused = { state: 'paused', plan: null, fault: { code: 'MODEL_FAILED' } };
      expect((await home.run(['run', goal, '--json'])).json).toMatchObject(paused);
      expect((await home.run(['runs', 'resume', 'r1', '--json'])).json).toMatchObject(paused);
      const { json, exitStatus, err } = await home.run(['runs', 'resume', 'r1', '--json']);
      expect(exitStatus, err).toBe(7);
      expect(json).toMatchObject({ waiting: { what: 'plan' }, plan: { model: 'own/first' } });
      expect(home.rows('model.failed').map(({ data }) => data['reason'])).toEqual(['auth', 'cut', 'invalid']);
      expect(home.rows('plan.drafted').map(({ data }) => data['nAsked'])).toEqual([2]);
    },
  );
});
