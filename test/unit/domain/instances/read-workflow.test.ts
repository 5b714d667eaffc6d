import { describe, expect, it } from 'vitest';

import { lintGraph } from '../../../../src/domain/instances/graph-lint.ts';
import {
  graphOfPicture,
  printGraph,
  readGraph,
  requireWorkflowName,
  workflowName,
} from '../../../../src/domain/instances/read-workflow.ts';

const graph = {
  '1': { class_type: 'EmptyImage', inputs: { width: 8 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
};

describe('lintGraph', () => {
  it('finds nothing in a graph that can run, and takes lists that are values for values', () => {
    expect(lintGraph(graph, new Set(['EmptyImage', 'SaveImage']))).toEqual([]);
    expect(lintGraph({ '1': { class_type: 'X', inputs: { size: [64, 64], names: ['a', 'b', 'c'] } } })).toEqual([]);
  });

  it('names every class that is missing, not only the first', () => {
    expect(lintGraph(graph, new Set(['KSampler']))).toEqual([
      {
        code: 'WORKFLOW_CLASS_MISSING',
        nodes: ['1', '2'],
        sentence: 'It needs 2 node classes that are not there: EmptyImage (node 1), SaveImage (node 2).',
      },
    ]);
  });

  it('finds the circle that ComfyUI refuses without a word', () => {
    const circle = {
      '1': { class_type: 'A', inputs: { x: ['3', 0] } },
      '2': { class_type: 'B', inputs: { x: ['1', 0] } },
      '3': { class_type: 'C', inputs: { x: ['2', 0] } },
    };
    expect(lintGraph(circle)).toEqual([
      {
        code: 'WORKFLOW_CYCLE',
        nodes: ['1', '3', '2'],
        sentence: 'Its nodes feed each other in a circle: 1 → 3 → 2 → 1.',
      },
    ]);
    expect(lintGraph({ '1': { class_type: 'A', inputs: { x: ['1', 0] } } })).toHaveLength(1);
  });

  it('finds links to nodes that are not there, and nodes that are none', () => {
    expect(lintGraph({ '1': { class_type: 'A', inputs: { x: ['9', 0] } }, '2': 'text', '3': {} })).toEqual([
      {
        code: 'WORKFLOW_LINK_DANGLING',
        nodes: ['1'],
        sentence: 'Node 1 takes x from node 9, which is not there.',
      },
      { code: 'WORKFLOW_MALFORMED', nodes: ['2'], sentence: 'Node 2 has no class_type.' },
      { code: 'WORKFLOW_MALFORMED', nodes: ['3'], sentence: 'Node 3 has no class_type.' },
    ]);
    expect(lintGraph({})).toEqual([{ code: 'WORKFLOW_MALFORMED', nodes: [], sentence: 'It has no node.' }]);
  });

  it('does not follow a graph without end', () => {
    const long = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, n) => [String(n), { class_type: 'A', inputs: { x: [String(n + 1), 0] } }]),
    );
    expect(lintGraph(long)[0]?.sentence).toContain('3000 nodes');
  });
});

describe('readGraph', () => {
  const refused = (text: string): string => {
    try {
      readGraph('portrait.json', text);
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
    return 'taken';
  };

  it('takes the API format, also as it is posted to a server, and NaN as Python writes it', () => {
    expect(readGraph('x.json', JSON.stringify(graph))).toEqual(graph);
    expect(readGraph('x.json', JSON.stringify({ client_id: 'c', prompt: graph }))).toEqual(graph);
    expect(readGraph('x.json', '{"1": {"class_type": "A", "inputs": {}, "is_changed": [NaN]}}')).toEqual({
      '1': { class_type: 'A', inputs: {}, is_changed: [null] },
    });
  });

  it('explains what the editor saves', () => {
    const saved = { nodes: [{ id: 1 }, { id: 2 }], links: [[1, 1, 0, 2, 0, 'IMAGE']], version: 0.4 };
    expect(refused(JSON.stringify(saved))).toBe(
      "DEFINITION_INVALID: portrait.json is what ComfyUI's editor saves (2 nodes, 1 links): the server cannot run that form.",
    );
  });

  it.each([
    ['not json', 'DEFINITION_SYNTAX'],
    ['[]', 'DEFINITION_INVALID'],
    ['null', 'DEFINITION_INVALID'],
    ['{}', 'DEFINITION_INVALID: portrait.json cannot run: It has no node.'],
    ['{"1": {"class_type": "A", "inputs": {"x": ["1", 0]}}}', 'circle'],
    [' '.repeat(5_000_000), 'too large'],
  ])('refuses what cannot run (%#)', (text, why) => {
    expect(refused(text)).toContain(why);
  });
});

describe('graphOfPicture', () => {
  it('takes the graph that ran, and explains a picture that has only the other or none', () => {
    expect(graphOfPicture('a.png', { prompt: JSON.stringify(graph), workflow: '{}' })).toEqual(graph);
    expect(() => graphOfPicture('a.png', { workflow: '{}' })).toThrow('only the editor');
    expect(() => graphOfPicture('a.png', {})).toThrow('carries no workflow');
  });
});

describe('names', () => {
  it.each([
    ['/w/My Portrait (2).json', 'My-Portrait-2'],
    ['output/ComfyUI_00012_.png', 'ComfyUI_00012'],
    ['../../etc/passwd', 'passwd'],
    ['...', undefined],
  ])('%s', (file, name) => {
    expect(workflowName(file)).toBe(name);
  });

  it.each(['../x', 'a/b', '', '.hidden', 'x'.repeat(81)])('refuses %j', (name) => {
    expect(() => requireWorkflowName(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  });

  it('prints the same bytes for the same graph', () => {
    expect(printGraph(graph)).toBe(printGraph(JSON.parse(JSON.stringify(graph)) as never));
  });
});
