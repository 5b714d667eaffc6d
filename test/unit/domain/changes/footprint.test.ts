import { describe, expect, it } from 'vitest';

import { disagreements, type Footprint, footprintOf, overlaps } from '../../../../src/domain/changes/footprint.ts';

const side = (text: string | null) => (text === null ? null : { id: `100644 ${text.length}:${text}`, text });
const touch = (
  ...files: readonly (readonly [path: string, before: string | null, after: string | null])[]
): Footprint => footprintOf(files.map(([path, before, after]) => ({ path, before: side(before), after: side(after) })));

const hash = 'a'.repeat(64);
const lock = (versions: Readonly<Record<string, string>>, more = ''): string =>
  `# python: cp312\n# platform: linux-x86_64\n${more}${Object.entries(versions)
    .map(
      ([name, version]) => `${name}===${version} --hash=sha256:${hash}  # file=${name}-${version}-py3-none-any.whl\n`,
    )
    .join('')}`;
const component = (id: string, path: string, tree: string): string =>
  `  - { id: ${id}, path: "${path}", source: x, commit: null, tree: "${tree.repeat(40)}" }\n`;
const components = (...lines: readonly string[]): string => `version: 1\ncomponents:\n${lines.join('')}`;

describe('footprintOf', () => {
  it('names packages by the requirement and by the lock', () => {
    const found = touch(
      ['requirements.in', 'numpy==1.0\nsix\n', 'numpy==2.0\nsix\n'],
      ['requirements.lock', lock({ numpy: '1.0', six: '1', tomli: '1' }), lock({ numpy: '2.0', six: '1' })],
    );
    expect(found.facts).toEqual(['package:numpy', 'package:tomli']);
    expect(found.values['package:numpy']).toBe('asks numpy==2.0');
    expect(found.values['package:tomli']).toBe('locked nothing');
    expect(found.paths).toEqual(['requirements.in', 'requirements.lock']);
  });

  it('says that the environment is another one, not only its packages', () => {
    const found = touch(['requirements.lock', lock({ six: '1' }), lock({ six: '1' }, '# build: 2\n')]);
    expect(found.facts).toEqual(['environment:build']);
  });

  it('names components by id', () => {
    const before = components(component('comfyui', '.', 'a'), component('pack', 'custom_nodes/pack', 'b'));
    const after = components(component('comfyui', '.', 'a'), component('pack', 'custom_nodes/pack', 'c'));
    expect(touch(['components.lock', before, after]).facts).toEqual(['component:pack']);
  });

  it('names model paths by section and key', () => {
    const before = 'mine:\n  base_path: /srv\n  loras: loras\n';
    const after = 'mine:\n  base_path: /srv\n  loras: other\nnew:\n  base_path: /x\n';
    expect(touch(['extra_model_paths.yaml', before, after]).facts).toEqual([
      'model-path:mine/loras',
      'model-path:new/base_path',
    ]);
  });

  it('names ports, flags and other keys of the configuration', () => {
    const before = 'service:\n  port: 8188\n  args: [--lowvram, --reserve-vram, "2"]\npolicy: { min-age: 14d }\n';
    const after = 'service:\n  port: 8190\n  args: [--reserve-vram=3, --cpu]\npolicy: { min-age: 7d }\n';
    const found = touch(['orchestrate.yaml', before, after]);
    expect(found.facts).toEqual([
      'config:policy.min-age',
      'config:service.port',
      'flag:--cpu',
      'flag:--lowvram',
      'flag:--reserve-vram',
      'port:8188',
      'port:8190',
    ]);
    expect(found.values['flag:--reserve-vram']).toBe('3');
  });

  it('names workflows, agents, playbooks and trees, and other files by their path', () => {
    const found = touch(
      ['workflows/portrait.json', '{}', '{"1":{}}'],
      ['agents/x.md', 'a', null],
      ['playbooks/p.yaml', null, 'b'],
      ['trees/t.yaml', null, 'id: t\nhome-port: 8195\nscope: [docs/**]\n'],
      ['docs/notes.md', 'a', 'b'],
    );
    expect(found.facts).toEqual([
      'agent:x',
      'path:docs/notes.md',
      'playbook:p',
      'port:8195',
      'tree:t',
      'workflow:portrait.json',
    ]);
  });

  it.each([
    ['requirements.in', 'numpy\n', '--index-url https://x\n'],
    ['requirements.lock', lock({ six: '1' }), '<<<<<<< ours\n'],
    ['components.lock', components(component('c', '.', 'a')), 'components: ['],
    ['extra_model_paths.yaml', '', 'a: 1\n'],
    ['orchestrate.yaml', 'id: a', 'id: &x a'],
    ['requirements.in', 'numpy\n', '# why\nnumpy\n'],
  ])('claims only the path of %s where nothing more can be read or nothing more differs', (path, before, after) => {
    expect(touch([path, before, after]).facts).toEqual([`path:${path}`]);
  });
});

describe('overlaps and disagreements', () => {
  const a = touch(['requirements.in', 'numpy\nsix\n', 'numpy==2\nsix==1\n']);
  const b = touch(['requirements.in', 'numpy\nsix\n', 'numpy==3\nsix==1\n']);

  it('tells what both touch', () => expect(overlaps(a, b)).toEqual(['package:numpy', 'package:six']));
  it('and what of it they want otherwise', () => expect(disagreements(a, b)).toEqual(['package:numpy']));
  it('two that take the same port for different ends disagree', () => {
    const tree = (id: string) => touch([`trees/${id}.yaml`, null, `id: ${id}\nhome-port: 8195\n`]);
    expect(disagreements(tree('one'), tree('two'))).toEqual(['port:8195']);
  });
});
