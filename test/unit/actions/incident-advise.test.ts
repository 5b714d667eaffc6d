import { describe, expect, it } from 'vitest';

import type { ActionContext, StepReport } from '../../../src/actions/_context.ts';
import { incidentAdvise } from '../../../src/actions/incident-advise.ts';
import { modelsFind } from '../../../src/actions/models-find.ts';

const at = { slot: { name: 'ops-maint', dir: '/x', port: 8190, homePort: 8190 }, productionPort: 8188 };
const seen = {
  ...{ instance: 'i3', port: 8188, state: 'answers', latencyMs: 12, prompt: null, moves: 'idle', hang: null },
  ...{ isOurs: true, queue: { running: 0, pending: 0 }, process: null, listener: null, devices: [], disks: [] },
  ...{ memory: { totalBytes: 2, availableBytes: 1 }, graphics: 'no NVIDIA driver, or no card' },
};
const finding = {
  ...{ signature: 'S61', name: 'value-not-in-list', severity: 'critical', sentence: 'It asks for a.safetensors.' },
  ...{ culprit: 'model:a.safetensors', times: 1, because: null, isOver: false, how: 'approval', mend: 'Look for it.' },
  ...{ line: 1, text: 'x', tested: [] },
};
const look = (more: object = {}, findings: readonly object[] = []) => ({
  ...{ source: 'file', nLines: 1, live: [], stuck: '', restart: { how: 'none', reason: 'x' } },
  ...{ seen: { ...seen, ...more }, findings },
});
const report = (action: string, output: object): StepReport =>
  ({ step: action, agent: 'x', action, sentence: '', output, row: 1 }) as unknown as StepReport;
const advise = async (...before: StepReport[]) => {
  const output = await incidentAdvise.run({ before } as unknown as ActionContext, {});
  return { ...output, told: incidentAdvise.describe(output, at) };
};

describe('incident.advise', () => {
  it('judges by the last look, and says when nothing is left', async () => {
    const before = [report('service.look', look({ state: 'gone' })), report('service.look', look())];
    expect(await advise(...before)).toMatchObject({
      isServing: true,
      told: 'i3 answers in 12 ms, 0 running and 0 waiting; nothing is left to do',
    });
  });

  it('says that it does not serve while it is down or does not get on', async () => {
    expect((await advise(report('service.look', look({ state: 'gone' })))).isServing).toBe(false);
    const stuck = { moves: 'no', hang: { cause: 'queue', stillMs: 1 } };
    expect((await advise(report('service.look', look(stuck)))).isServing).toBe(false);
    expect((await advise()).isServing).toBe(false);
    expect(await advise(report('service.look', look({ moves: 'unclear' })))).toMatchObject({
      isServing: false,
      told: expect.stringContaining('it does not serve: nobody saw its prompt get on'),
    });
    expect((await advise(report('service.look', look({ moves: 'yes' })))).isServing).toBe(true);
    const drawn = { workflow: 'portrait', durationMs: 1, nPictures: 0, failure: 'it failed' };
    expect(await advise(report('service.look', look()), report('service.draw', drawn))).toMatchObject({
      isServing: false,
      told: expect.stringContaining('it does not draw (it failed)'),
    });
  });

  it('tells the way back of a merge that is suspected, unless it was taken, and else how to find one', async () => {
    const suspect = { point: '0007-x', title: 'x', mergedAtMs: 1, moves: [], began: [], backTo: null, blocked: null };
    const told = async (isSuspect: boolean, ...more: StepReport[]) =>
      (await advise(report('merge.suspect', { ...suspect, isSuspect }), report('service.look', look()), ...more)).next;
    expect(await told(true)).toMatchObject([{ command: 'orchestrate undo' }]);
    expect(await told(false)).toMatchObject([{ command: 'orchestrate restore bisect' }]);
    expect(await told(true, report('restore.undo', { run: 'r9', state: 'done' }))).toEqual([]);
    for (const state of ['failed', 'awaitingApproval'])
      expect(await told(true, report('restore.undo', { run: 'r9', state }))).toMatchObject([
        { command: 'orchestrate runs show r9', sentence: expect.stringContaining(state) },
      ]);
  });

  it('tells where a missing model may lie, and what only a person empties', async () => {
    const models = [{ name: 'a.safetensors', workflows: ['portrait'], here: null, like: ['loras/A.safetensors'] }];
    const trim = { nLogs: 0, nTemporary: 0, bytes: 0, freeBytes: 1, trashBytes: 9 };
    const { next } = await advise(
      ...[report('service.look', look()), report('models.find', { models }), report('space.trim', trim)],
    );
    expect(next.map(({ sentence }) => sentence)).toEqual([
      'portrait asks for a.safetensors: loras/A.safetensors is named like it.',
      'Only a person empties the trash.',
    ]);
  });
});

describe('models.find', () => {
  const found = async (input: { name: string }, ...before: StepReport[]) => {
    const files = new Map([['/x/workflows/portrait.json', '{"1":{"inputs":{"ckpt_name":"a.safetensors"}}}']]);
    const context = {
      ...{ before, slot: at.slot },
      files: {
        info: async () => ({ kind: 'directory' }),
        list: async () => ['portrait.json', 'notes.txt'],
        readText: async (path: string) => files.get(path),
      },
      service: {
        findModels: async (names: readonly string[]) => names.map((name) => ({ name, here: null, like: ['b'] })),
      },
    } as unknown as ActionContext;
    return (await modelsFind.run(context, input)).models;
  };

  it('looks for what the log says is missing, with the workflows that name it', async () => {
    const over = { ...finding, culprit: 'model:old.pt', isOver: true };
    const before = report('service.look', look({}, [finding, over, { ...finding, culprit: 'pack:x' }]));
    expect(await found({ name: '' }, before)).toEqual([
      { name: 'a.safetensors', workflows: ['portrait'], here: null, like: ['b'] },
    ]);
  });

  it('looks for the one that is named', async () => {
    expect(await found({ name: 'z.pt' })).toEqual([{ name: 'z.pt', workflows: [], here: null, like: ['b'] }]);
  });
});
