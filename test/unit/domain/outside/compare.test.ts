import { describe, expect, it } from 'vitest';

import type { Component } from '../../../../src/domain/instances/components.ts';
import {
  componentDifference,
  type ComponentTraces,
  modelDifferences,
  modelPathsDifference,
  movedComponents,
  packagesDifference,
} from '../../../../src/domain/outside/compare.ts';
import { authorText, differenceText, summaryText } from '../../../../src/domain/outside/describe.ts';
import { type Found, numberDifferences } from '../../../../src/domain/outside/difference.ts';
import { entriesSince, parseReflog } from '../../../../src/domain/outside/reflog.ts';
import type { ComponentState } from '../../../../src/domain/outside/state.ts';
import { foundMs, pack } from '../../../support/outside-facts.ts';

const other = 'b'.repeat(40);
const next = '2'.repeat(40);
const seconds = foundMs / 1000;
const nothing: ComponentTraces = { paths: [], when: { fromMs: foundMs, toMs: foundMs }, reflog: [] };

/** A line of a reflog as git writes it. */
const logged = (message: string, to = next) =>
  parseReflog(`${'1'.repeat(40)} ${to} Anna Ott <anna@example.org> ${seconds} +0200\t${message}\n`);

interface Case {
  readonly before: readonly ComponentState[];
  readonly now: readonly ComponentState[];
  readonly traces?: Partial<ComponentTraces>;
  readonly managerFiles?: Readonly<Record<string, number>>;
  readonly known?: Component;
  readonly says: string;
  readonly who: string;
  readonly take?: 'component' | 'drop-component' | null;
}

const known = (path: string): Component => ({ id: 'x', path, source: '/srv', commit: null, tree: 'a'.repeat(40) });

const cases: Readonly<Record<string, Case>> = {
  'the Manager installs a pack from the registry': {
    before: [],
    now: [pack('rgthree-comfy', { commit: null, isTracked: true, version: '1.0.2', tree: other })],
    says: 'rgthree-comfy was added (1.0.2)',
    who: 'probably ComfyUI-Manager: it wrote .tracking into the pack, as it does for a registry install',
  },
  'a pack is cloned while the Manager writes its own files': {
    before: [],
    now: [pack('rgthree-comfy', { commit: next })],
    traces: { reflog: logged('clone: from https://example.org/r') },
    managerFiles: { '__manager/snapshots/2026-08-23_autosave.json': foundMs - 30_000 },
    says: 'rgthree-comfy was added (2222222)',
    who: 'probably ComfyUI-Manager: it wrote __manager/snapshots/2026-08-23_autosave.json at the same time',
  },
  'a pack is cloned, and nothing says by whom': {
    before: [],
    now: [pack('rgthree-comfy', { commit: next })],
    traces: { reflog: logged('clone: from https://example.org/r') },
    managerFiles: { '__manager/config.ini': foundMs - 3_600_000 },
    says: 'rgthree-comfy was added (2222222)',
    who: 'unknown; its reflog says “clone: from https://example.org/r” by Anna Ott <anna@example.org>',
  },
  'a pack is copied there by hand': {
    before: [],
    now: [pack('mine', { commit: null })],
    says: 'mine was added (files aaaaaaa)',
    who: 'unknown',
  },
  'the Manager disables a pack': {
    before: [pack('rgthree-comfy')],
    now: [
      pack('rgthree-comfy', { state: 'disabled', place: 'custom_nodes/.disabled/rgthree-comfy@1_0_2', tree: null }),
    ],
    known: known('custom_nodes/rgthree-comfy'),
    says: 'rgthree-comfy was disabled',
    who: 'probably ComfyUI-Manager: it lies in custom_nodes/.disabled, where that puts packs',
    take: 'drop-component',
  },
  'an old Manager disables a pack': {
    before: [pack('rgthree-comfy')],
    now: [pack('rgthree-comfy', { state: 'disabled', place: 'custom_nodes/rgthree-comfy.disabled', tree: null })],
    known: known('custom_nodes/rgthree-comfy'),
    says: 'rgthree-comfy was disabled',
    who: 'probably ComfyUI-Manager: its folder ends in .disabled, as that names packs',
    take: 'drop-component',
  },
  'the Manager enables it again': {
    before: [pack('rgthree-comfy', { state: 'disabled', tree: null })],
    now: [pack('rgthree-comfy')],
    says: 'rgthree-comfy was enabled',
    who: 'unknown',
  },
  'the Manager updates a registry pack': {
    before: [pack('rgthree-comfy', { commit: null, isTracked: true, version: '1.0.1' })],
    now: [pack('rgthree-comfy', { commit: null, isTracked: true, version: '1.0.2', tree: other })],
    traces: { paths: ['.tracking', 'nodes.py'] },
    says: 'rgthree-comfy was edited (1.0.1 → 1.0.2), 2 files',
    who: 'probably ComfyUI-Manager: it wrote .tracking into the pack, as it does for a registry install',
  },
  'the Manager pulls a clone': {
    before: [pack('rgthree-comfy')],
    now: [pack('rgthree-comfy', { commit: next, tree: other })],
    traces: { reflog: logged('pull -v -- origin: Fast-forward'), paths: ['nodes.py'] },
    says: 'rgthree-comfy was moved to another commit (1111111 → 2222222)',
    who: 'probably ComfyUI-Manager: its reflog says “pull -v -- origin: Fast-forward” by Anna Ott <anna@example.org>: how its git pulls',
  },
  'a person edits a pack': {
    before: [pack('rgthree-comfy')],
    now: [pack('rgthree-comfy', { tree: other })],
    traces: { paths: ['nodes.py'] },
    says: 'rgthree-comfy was edited, 1 file',
    who: 'unknown',
  },
  'a person commits in a pack': {
    before: [pack('rgthree-comfy')],
    now: [pack('rgthree-comfy', { commit: next, tree: other })],
    traces: { reflog: logged('commit: fix the slider') },
    says: 'rgthree-comfy was moved to another commit (1111111 → 2222222)',
    who: 'probably Anna Ott <anna@example.org>: its reflog says “commit: fix the slider” by Anna Ott <anna@example.org>',
  },
  'another tag of ComfyUI is checked out': {
    before: [pack('.')],
    now: [pack('.', { commit: next, tree: other })],
    traces: { reflog: logged('checkout: moving from v0.3.64 to v0.8.0') },
    says: 'ComfyUI was moved to another commit (1111111 → 2222222)',
    who: 'unknown; its reflog says “checkout: moving from v0.3.64 to v0.8.0” by Anna Ott <anna@example.org>',
  },
  'a pack is removed': {
    before: [pack('rgthree-comfy')],
    now: [],
    known: known('custom_nodes/rgthree-comfy'),
    says: 'rgthree-comfy was removed',
    who: 'unknown',
    take: 'drop-component',
  },
  'a link is put where a pack would be': {
    before: [],
    now: [pack('evil', { state: 'refused', tree: null, commit: null, reason: 'it is a link, and none is followed' })],
    says: 'evil was added (not readable)',
    who: 'unknown',
    take: null,
  },
};

describe('a component that moved', () => {
  it.each(Object.entries(cases))('is named when %s', (_, one) => {
    const [moved, ...others] = movedComponents(one.before, one.now);
    expect(others).toEqual([]);
    if (moved === undefined) throw new Error('nothing moved');
    const traces = { ...nothing, ...one.traces };
    const options = { managerFiles: one.managerFiles ?? {}, known: one.known };
    const found = componentDifference(moved, traces, options);
    const difference = { ...found, id: 'o1' };
    expect([differenceText(difference), authorText(difference)]).toEqual([one.says, one.who]);
    expect(found.take?.kind ?? null).toBe(one.take === undefined ? 'component' : one.take);
    expect(found.take === null).toBe(found.whyNot !== null);
  });

  it.each([
    ['the same again', [pack('a')], [pack('a')]],
    ['a pack that was disabled all the time', [], [pack('a', { state: 'disabled', tree: null })]],
    ['a disabled pack that is thrown away', [pack('a', { state: 'disabled', tree: null })], []],
    [
      'an older copy that lies disabled beside it',
      [pack('a')],
      [pack('a'), pack('a', { state: 'disabled', place: 'custom_nodes/.disabled/a@1', tree: null })],
    ],
    ['another time of the same files', [pack('a')], [pack('a', { source: 'https://example.org/elsewhere' })]],
  ])('is nothing for %s', (_, before, now) => {
    expect(movedComponents(before, now)).toEqual([]);
  });

  it('keeps the id that the branch knows it by, and drops what only the old files had', () => {
    const [moved] = movedComponents([pack('a')], [pack('a', { tree: other })]);
    const edits = { files: 2, patch: 'c'.repeat(40) };
    const branch = { ...known('custom_nodes/a'), id: 'the-a', edits };
    if (moved === undefined) throw new Error('nothing moved');
    expect(componentDifference(moved, nothing, { managerFiles: {}, known: branch }).take).toEqual({
      kind: 'component',
      component: {
        id: 'the-a',
        path: 'custom_nodes/a',
        source: 'https://example.org/a',
        commit: '1'.repeat(40),
        tree: other,
      },
    });
  });
});

describe('a reflog', () => {
  it('is read line by line, and what does not fit is left out', () => {
    const one = `${'0'.repeat(40)} ${next} Anna <a@b> 1755945600 +0000\tcommit: a`;
    expect(parseReflog(`${one}\nnonsense\n${'x'.repeat(9_000)}\n`)).toEqual([
      { from: '0'.repeat(40), to: next, person: 'Anna <a@b>', atMs: 1_755_945_600_000, message: 'commit: a' },
    ]);
  });

  it('tells what came after a commit, and all of it when it does not know the commit', () => {
    const entries = [...logged('one', '3'.repeat(40)), ...logged('two')];
    expect(entriesSince(entries, '3'.repeat(40)).map(({ message }) => message)).toEqual(['two']);
    expect(entriesSince(entries, '9'.repeat(40))).toHaveLength(2);
    expect(entriesSince(entries, null)).toHaveLength(2);
  });
});

describe('the borrowed environment', () => {
  const before = {
    program: '/v/bin/python',
    fingerprint: 'f0',
    packages: [
      { name: 'numpy', version: '2.0.0', mark: 'a' },
      { name: 'torch', version: '2.8.0', mark: 'b' },
    ],
  };
  const moved = (installer: string | null) => ({
    ...before,
    fingerprint: 'f1',
    packages: [
      { name: 'numpy', version: '1.26.4', mark: 'c', installer },
      { name: 'opencv-python', version: '4.10.0', mark: 'd', installer },
      { name: 'torch', version: '2.8.0', mark: 'b', installer: 'conda' },
    ],
  });
  const said = (found: Found | undefined) =>
    found === undefined ? undefined : [differenceText({ ...found, id: 'o1' }), authorText(found)];

  it.each([
    ['pip', 'probably pip: INSTALLER of the packages says pip'],
    ['uv', 'probably uv: INSTALLER of the packages says uv'],
    ['conda', 'probably conda: INSTALLER of the packages says conda'],
    ['\u001B[31mevil', 'unknown'],
    [null, 'unknown'],
  ])('names two packages that %s moved', (installer, who) => {
    expect(said(packagesDifference(before, moved(installer)))).toEqual([
      '2 packages of the borrowed environment moved: numpy 2.0.0 → 1.26.4, opencv-python 4.10.0 added',
      who,
    ]);
  });

  it('names files that changed without a version, and nothing where nothing did', () => {
    const files = { ...before, fingerprint: 'f2' };
    expect(said(packagesDifference(before, files))?.[0]).toBe(
      'files of the borrowed environment moved: files that belong to no package',
    );
    expect(packagesDifference(before, before)).toBeUndefined();
  });
});

describe('the file of model paths', () => {
  const compared = (before: string | null, now: string | null, ours: string | null = before) =>
    modelPathsDifference({ before, now, ours, dir: '/srv/ComfyUI', homeDir: '/home/anna', when: null, mark: 'm' });
  const mine = 'mine:\n  base_path: /m\n  loras: l\n';

  it('is SwarmUI’s work when only its section changed, and is taken over without the others', () => {
    const found = compared(mine, `${mine}swarmui:\n  base_path: /swarm\n  loras: Lora\n`, `# home\n${mine}`);
    expect(found?.who).toEqual({ name: 'SwarmUI', fact: 'only its section changed: swarmui' });
    expect(found?.take).toEqual({
      kind: 'model-paths',
      text: `# home\n${mine}swarmui:\n  base_path: /swarm\n  loras: Lora\n`,
    });
  });

  it.each([
    ['Stability Matrix', 'stability_matrix:\n  loras: x\n', 'Stability Matrix'],
    ['somebody', 'other:\n  loras: x\n', null],
  ])('names %s by the section', (_, section, who) => {
    expect(compared(mine, mine + section)?.who.name ?? null).toBe(who);
  });

  it('counts relative folders from where it lies', () => {
    expect(compared(null, 'a:\n  base_path: models/\n  loras: l\n')?.take).toEqual({
      kind: 'model-paths',
      text: 'a:\n  base_path: /srv/ComfyUI/models/\n  loras: l\n',
    });
  });

  it('is not taken over a section that home has otherwise', () => {
    const found = compared(mine, mine.replace('/m', '/n'), mine.replace('/m', '/o'));
    expect(found?.take).toBeNull();
    expect(found?.whyNot).toContain('the section mine otherwise');
  });

  it('takes a section away that is gone there', () => {
    const b = 'b:\n  base_path: /b\n  loras: x\n';
    expect(compared(mine + b, mine, `# top\n${mine}${b}`)?.take).toEqual({
      kind: 'model-paths',
      text: `# top\n${mine}`,
    });
  });

  it('never brings a search path for node packs: that would load what no lock names', () => {
    const found = compared(mine, `${mine}swarmui:\n  base_path: /swarm\n  loras: Lora\n  custom_nodes: /tmp/evil\n`);
    expect(found?.take).toEqual({
      kind: 'model-paths',
      text: `${mine}swarmui:\n  base_path: /swarm\n  loras: Lora\n`,
    });
  });

  it('that is no YAML is told, and not taken', () => {
    expect(compared(mine, 'a: [\n')?.whyNot).toMatch(/^it cannot be read: /);
  });
});

it('a model folder is told and never taken', () => {
  const count = { nFiles: 3, sizeBytes: 1_000_000, digest: 'a', newestMs: foundMs };
  const found = modelDifferences({ loras: count }, { loras: { ...count, nFiles: 4, digest: 'b' }, sams: count });
  expect(found.map((one) => differenceText({ ...one, id: 'o1' }))).toEqual([
    'models/loras changed (3 files, 1.0 MB → 4 files, 1.0 MB)',
    'models/sams was added',
  ]);
  expect(found.every(({ take }) => take === null)).toBe(true);
});

describe('ids', () => {
  const found = (mark: string): Found => ({
    kind: 'component',
    subject: '.',
    how: 'changed',
    name: 'ComfyUI',
    from: null,
    to: null,
    details: [],
    nDetails: 0,
    when: null,
    who: { name: null, fact: null },
    mark,
    take: null,
    whyNot: 'x',
  });

  it('stay while it is the same, and are never given twice', () => {
    const first = numberDifferences([found('a'), found('b')], { differences: [], last: 0 });
    expect(first.differences.map(({ id }) => id)).toEqual(['o1', 'o2']);
    const second = numberDifferences([found('b'), found('c')], first);
    expect(second.differences.map(({ id, mark }) => [id, mark])).toEqual([
      ['o2', 'b'],
      ['o3', 'c'],
    ]);
    expect(numberDifferences([found('a')], second).differences[0]?.id).toBe('o4');
  });

  it('bring who was named first with them: traces fade', () => {
    const named = { ...found('a'), who: { name: 'pip', fact: 'it says so' } };
    const first = numberDifferences([named], { differences: [], last: 0 });
    expect(numberDifferences([found('a')], first).differences[0]?.who.name).toBe('pip');
  });

  it('of several are one line', () => {
    const { differences } = numberDifferences([found('a')], { differences: [], last: 0 });
    expect(summaryText(differences)).toBe('ComfyUI was changed');
  });
});
