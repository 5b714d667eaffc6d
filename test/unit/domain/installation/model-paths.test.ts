import { describe, expect, it } from 'vitest';

import { movableModelPaths } from '../../../../src/domain/installation/model-paths.ts';
import { swarmModelPaths, swarmModelRoots } from '../../../../src/domain/installation/swarm-models.ts';

const move = (text: string, more: { taken?: readonly string[]; isForeign?: boolean } = {}) =>
  movableModelPaths(
    { dir: '/srv/ComfyUI', text, isForeign: more.isForeign ?? false },
    { homeDir: '/home/anna', taken: new Set(more.taken) },
  );

describe('a model paths file that is used elsewhere', () => {
  it.each([
    ['a folder of the home', '~/models', '/home/anna/models'],
    ['a relative one', '../shared', '/srv/ComfyUI/../shared'],
    ['one beside it', './models', '/srv/ComfyUI/models'],
  ])('means the same: %s', (_, written, absolute) => {
    const { text } = move(`# mine\nmine:\n  base_path: ${written}  # here\n  loras: loras\n`);
    expect(text).toContain(`base_path: ${absolute}`);
    expect(text).toContain('# mine');
    expect(text).toContain('# here');
  });

  it('is kept byte for byte where it says so already', () => {
    const text = "a:\n    base_path:   '/x'   # odd\n    loras: |\n        one\n        two\n";
    expect(move(text)).toEqual({ text, sections: ['a'], nodeFolders: [], problem: null });
  });

  it('takes paths without a base from where it lay', () => {
    expect(move('a:\n  loras: loras\n').text).toContain('base_path: /srv/ComfyUI');
  });

  it('leaves a variable of the shell to the person', () => {
    expect(move('a:\n  base_path: $MODELS/x\n').text).toContain('$MODELS/x');
  });

  it('names node folders and does not keep them: what is loaded has to be in the lock', () => {
    const moved = move('a:\n  base_path: /x\n  custom_nodes: |\n    nodes\n    /other\n');
    expect(moved.nodeFolders).toEqual(['/x/nodes', '/other']);
    expect(moved.text).not.toContain('custom_nodes');
  });

  it('gives a section another name where one has it already', () => {
    const moved = move('a:\n  base_path: /x\n', { taken: ['a', 'a_2'] });
    expect(moved.sections).toEqual(['a_3']);
    expect(moved.text).toContain('a_3:');
  });

  it('is no default when it is another program\u2019s', () => {
    const text = 'a:\n  base_path: /x\n  is_default: true\n';
    expect(move(text, { isForeign: true }).text).not.toContain('is_default');
    expect(move(text).text).toContain('is_default: true');
  });

  it.each([
    ['broken', 'a: [\n'],
    ['a list', '- a\n'],
  ])('stays as it is when it is %s, and that is told', (_, text) => {
    const moved = move(text);
    expect(moved.text).toBe(text);
    expect(moved.problem).not.toBeNull();
  });

  it('may be empty', () => {
    expect(move('# nothing yet\n')).toMatchObject({ text: '# nothing yet\n', problem: null });
  });
});

describe("SwarmUI's model roots", () => {
  it.each([
    ['its own', undefined, ['/swarm/Models']],
    ['another', 'Paths:\n    ModelRoot: /big/models\n', ['/big/models']],
    ['several', 'Paths:\n    ModelRoot: Models;/big\n', ['/swarm/Models', '/big']],
  ])('are read from its settings: %s', (_, settings, roots) => {
    expect(swarmModelRoots('/swarm', settings)).toEqual(roots);
  });

  it('become sections that ComfyUI reads, none the default', () => {
    const { sections, problem, text } = move(swarmModelPaths(['/a', '/b']));
    expect({ sections, problem }).toEqual({ sections: ['swarmui', 'swarmui2'], problem: null });
    expect(text).toContain('    Stable-Diffusion\n');
    expect(text).not.toContain('is_default');
  });
});
