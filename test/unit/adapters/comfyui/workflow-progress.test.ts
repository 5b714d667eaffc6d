import { describe, expect, it } from 'vitest';

import { createProgress } from '../../../../src/adapters/comfyui/workflow-progress.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { WorkflowProgress } from '../../../../src/ports/service-client.ts';

const graph = {
  '1': { class_type: 'Load', inputs: {} },
  '2': { class_type: 'KSampler', inputs: {} },
  '3': { class_type: 'VAEDecode', inputs: {} },
  '4': { class_type: 'SaveImage', inputs: {} },
};

function follow() {
  const told: WorkflowProgress[] = [];
  const keeper = createProgress(graph, (progress) => told.push(progress));
  return { told, keeper, take: (type: string, data: JsonObject) => keeper.take({ type, data }) };
}

describe('the progress of a workflow', () => {
  it('goes by nodes, and by the steps of the one that runs', () => {
    const { told, take } = follow();
    take('execution_cached', { nodes: ['1'] });
    take('executing', { node: '2' });
    take('progress', { node: '2', value: 5, max: 10 });
    take('executing', { node: '3' });
    take('executing', { node: '4' });
    take('executing', { node: null });
    expect(told.map(({ node, percent }) => [node, percent])).toEqual([
      [null, 25],
      ['2', 25],
      ['2', 37],
      ['3', 50],
      ['4', 75],
      [null, 100],
    ]);
    expect(told[2]).toMatchObject({ nodeClass: 'KSampler', steps: { value: 5, max: 10 }, nDone: 1, nNodes: 4 });
  });

  it('is the same where the states of all nodes are told, and nothing is told twice', () => {
    const { told, take } = follow();
    take('executing', { node: '2' });
    const nodes = { '1': { state: 'finished', value: 1, max: 1 }, '2': { state: 'running', value: 5, max: 10 } };
    take('progress_state', { nodes });
    take('progress', { node: '2', value: 5, max: 10 });
    take('progress_state', { nodes });
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ nDone: 1, steps: { value: 5, max: 10 }, percent: 37 });
  });

  it('counts previews and keeps the last text of the node that runs', () => {
    const { told, keeper, take } = follow();
    take('executing', { node: '2' });
    keeper.takeBinary({ kind: 'preview', format: 'jpeg', image: Buffer.alloc(9), node: '2', promptId: null });
    keeper.takeBinary({ kind: 'text', node: '2', text: 'loading' });
    keeper.takeBinary({ kind: 'other' });
    expect(told.at(-1)).toMatchObject({ nPreviews: 1, text: 'loading' });
    take('executing', { node: '3' });
    expect(told.at(-1)).toMatchObject({ nPreviews: 1, text: null });
  });

  it('does not trust what a server says: values of another kind, beyond their end, of nodes that are not there', () => {
    const { told, take } = follow();
    take('executing', { node: '2' });
    take('progress', { node: '2', value: 'x', max: 10 });
    take('progress', { node: '2', value: 99, max: 10 });
    take('progress_state', { nodes: 7 });
    take('execution_cached', { nodes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
    expect(told.every(({ percent }) => percent >= 0 && percent <= 100)).toBe(true);
    expect(told.at(-1)).toMatchObject({ nDone: 4, percent: 100 });
  });
});
