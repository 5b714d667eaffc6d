import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { knownNames as namesOf } from '../../../../src/app/read-definitions.ts';
import { assembleDefinitions } from '../../../../src/domain/definitions/definitions.ts';
import type { Definitions, DefinitionSource } from '../../../../src/domain/definitions/types.ts';
import { goodFiles, knownNames, sourcesWith, spoilt } from './good-files.ts';
import { faultOf, shownFault } from './shown-fault.ts';

const assemble = (...changed: DefinitionSource[]): Definitions =>
  assembleDefinitions(sourcesWith(...changed), knownNames);

const agent = 'agents/validation-engineer.md';
const tree = 'trees/env-setup.yaml';
const playbook = 'playbooks/upgrade-package.yaml';

describe('assembleDefinitions', () => {
  it('groups files by their folder, sorted by id', () => {
    const { agents, trees, playbooks } = assemble();
    expect([[...agents.keys()], [...trees.keys()], [...playbooks.keys()]]).toEqual([
      ['validation-engineer'],
      ['env-setup', 'ops-maint'],
      ['upgrade-package'],
    ]);
  });

  it('lets a file of the installation take the place of the built-in one', () => {
    const builtIn = { file: `built-in:${tree}`, text: goodFiles[tree], origin: 'built-in' } as const;
    const { trees } = assemble(builtIn, spoilt(tree, 'Python environment', 'Mine'));
    expect(trees.get('env-setup')).toMatchObject({ title: 'Mine', file: tree });
  });

  it('keeps built-in files that nothing replaces', () => {
    const builtIn = {
      file: 'built-in:agents/other.md',
      text: goodFiles[agent].replace('validation-engineer', 'other'),
      origin: 'built-in',
    } as const;
    expect(assemble(builtIn).agents.get('other')?.file).toBe('built-in:agents/other.md');
  });

  it('passes over a README and refuses a file of another kind', () => {
    expect(() => assemble({ file: 'trees/README.md', text: '# Trees', origin: 'built-in' })).not.toThrow();
    expect(faultOf(() => assemble({ file: 'trees/x.yml', text: '', origin: 'installation' })).message).toBe(
      'The name of a file in trees/ has to end in .yaml.',
    );
  });

  it('names both files of one id', () => {
    const copy = { ...spoilt(playbook), file: 'playbooks/copy.yaml' };
    expect(shownFault(() => assemble(copy))).toMatchInlineSnapshot(`
      "DEFINITION_DUPLICATE: The id upgrade-package is in two files: playbooks/upgrade-package.yaml and playbooks/copy.yaml.
      playbooks/copy.yaml:1:5
        1 | id: upgrade-package
          |     ^"
    `);
  });

  it('wants the id to be the name of the file', () => {
    expect(shownFault(() => assemble(spoilt(tree, 'id: env-setup', 'id: env-setip')))).toMatchInlineSnapshot(`
      "DEFINITION_INVALID: The id env-setip is not the name of its file, env-setup.
      trees/env-setup.yaml:1:5
        1 | id: env-setip
          |     ^"
    `);
  });

  it.each([
    [
      'an action of a step',
      spoilt(playbook, 'action: instance.boot', 'action: instance.boots'),
      'There is no action instance.boots. Did you mean instance.boot?',
      '20:13',
    ],
    [
      'the planning action',
      spoilt(playbook, 'env.choose', 'env.chose'),
      'There is no action env.chose. Did you mean env.choose?',
      '10:7',
    ],
    [
      'an agent of a step',
      spoilt(playbook, 'agent: validation-engineer', 'agent: validation-enginer'),
      'There is no agent validation-enginer. Did you mean validation-engineer?',
      '16:12',
    ],
    [
      'the tree of a playbook',
      spoilt(playbook, 'tree: env-setup', 'tree: models'),
      'There is no tree models. Known: env-setup, ops-maint.',
      '9:7',
    ],
    [
      'the tree of an agent',
      spoilt(agent, 'tree: env-setup', 'tree: env'),
      'There is no tree env. Known: env-setup, ops-maint.',
      '4:7',
    ],
    [
      'a tool of an agent',
      spoilt(agent, 'instance.boot', 'instance.bot'),
      'There is no action instance.bot. Did you mean instance.boot?',
      '5:21',
    ],
    [
      'a reviewer',
      spoilt(tree, '[ops-maint]', '[ops-maintt]'),
      'There is no tree ops-maintt. Did you mean ops-maint?',
      '7:13',
    ],
    [
      'a question',
      spoilt(tree, '[imports-pass]', '[imports-pas]'),
      'There is no question imports-pas. Did you mean imports-pass?',
      '8:13',
    ],
  ])('finds an unknown name: %s', (_, source, message, place) => {
    const fault = faultOf(() => assemble(source));
    expect([fault.code, fault.message, `${fault.at?.line}:${fault.at?.column}`]).toEqual([
      'PLAYBOOK_UNKNOWN_REFERENCE',
      message,
      place,
    ]);
  });

  it.each([
    [
      'a plan that an action of steps would make',
      spoilt(playbook, 'plan: env.choose', 'plan: env.verify'),
      'env.verify does the work of a step: it makes no plan.',
      '10:7',
    ],
    [
      'a step that a planning action would do',
      spoilt(playbook, 'action: env.verify', 'action: env.choose'),
      'env.choose makes a plan: it is no work of a step.',
      '15:13',
    ],
    [
      'an argument that the action does not take',
      spoilt(playbook, 'package: ${inputs.package}', "package: x\n      basline: '1'"),
      'instance.boot has no argument basline. Did you mean baseline?',
      '25:7',
    ],
    [
      'an argument that the action cannot do without',
      spoilt(playbook, 'package: ${inputs.package}', 'baseline: prove'),
      'instance.boot needs package, which it is not given.',
      '20:13',
    ],
    [
      'a check of what the action does not report',
      spoilt(playbook, 'timeout: 90s', 'timeout: 90s\n    check: output.bootRw > 0'),
      'instance.boot reports no bootRw. Did you mean bootRow?',
      '26:19',
    ],
    [
      'an argument from what another step does not report',
      spoilt(playbook, '${inputs.package}', '${steps.build.output.nope}'),
      'env.verify reports no nope. There are: facts, failed, nPackages.',
      '24:37',
    ],
    [
      'a field below what another step reports',
      spoilt(playbook, '${inputs.package}', '${steps.build.output.failed[0].nmae}'),
      'env.verify.failed[] reports no nmae. Did you mean name?',
      '24:47',
    ],
    [
      'an argument that is none of what the action takes',
      spoilt(playbook, 'package: ${inputs.package}', 'package: x\n      baseline: prov'),
      'instance.boot does not take this: baseline has to be prove or look, not "prov". Did you mean prove?',
      '25:17',
    ],
    [
      'a plan without an input that it needs',
      {
        ...spoilt(playbook),
        text: goodFiles[playbook]
          .replace(/inputs:[^]*move\.\n/, '')
          .replace('{package}', 'it')
          .replace('${inputs.package}', 'x'),
      },
      'env.choose needs the input package, which this playbook does not have.',
      '7:7',
    ],
    [
      'an input that nothing reads',
      spoilt(playbook, 'inputs:', 'inputs:\n  verison: { description: Which. }'),
      'Nothing reads the input verison. Did you mean version?',
      '7:3',
    ],
    [
      'what a step reports only for each of a list',
      spoilt(playbook, '${inputs.package}', '${steps.build.outputs[0].failed}'),
      'The step build reports no outputs. Did you mean output?',
      '24:30',
    ],
  ])('refuses what could never run: %s', (_, source, message, place) => {
    const fault = faultOf(() => assemble(source));
    expect([fault.message, `${fault.at?.line}:${fault.at?.column}`]).toEqual([message, place]);
  });

  it('gives an agent only steps whose action is one of its tools', () => {
    expect(shownFault(() => assemble(spoilt(playbook, 'action: env.verify', 'action: env.build'))))
      .toMatchInlineSnapshot(`
      "DEFINITION_INVALID: The agent validation-engineer may not use env.build: it is not one of its tools (agents/validation-engineer.md).
      playbooks/upgrade-package.yaml:16:12
        16 |     agent: validation-engineer
           |            ^"
    `);
  });

  it('gives every tree a home port of its own', () => {
    expect(faultOf(() => assemble(spoilt('trees/ops-maint.yaml', '8190', '8188')))).toMatchObject({
      code: 'DEFINITION_INVALID',
      message: 'The home port 8188 is also that of env-setup (trees/env-setup.yaml).',
      at: { file: 'trees/ops-maint.yaml', line: 3, column: 12 },
    });
  });

  it('lets no tree review itself', () => {
    expect(faultOf(() => assemble(spoilt(tree, '[ops-maint]', '[env-setup]'))).message).toBe(
      'A tree cannot review its own changes.',
    );
  });
});

describe('the built-in definitions', () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const sources = globSync(['agents/*', 'trees/*', 'playbooks/*'], { cwd: root }).map((path) => ({
    file: `built-in:${path}`,
    text: readFileSync(root + path, 'utf8'),
    origin: 'built-in' as const,
  }));
  const known = { actions: namesOf('comfyui').actions };
  const { agents, trees, playbooks } = assembleDefinitions(sources, known);

  it('hold the three trees on their ports', () => {
    expect([...trees.values()].map(({ id, homePort }) => `${id} ${homePort}`)).toEqual([
      'env-setup 8188',
      'models-integ 8189',
      'ops-maint 8190',
    ]);
  });

  it('have every tree reviewed by the two others', () => {
    for (const { id, reviewers } of trees.values()) expect([...reviewers, id].sort()).toEqual([...trees.keys()]);
  });

  it('never give two trees the same path', () => {
    const patterns = [...trees.values()].flatMap(({ scope }) => scope);
    expect(new Set(patterns).size).toBe(patterns.length);
  });

  it('let both upgrades take the same proven way', () => {
    const steps = (id: string): unknown =>
      playbooks.get(id)?.steps.map((step) => `${step.id} ${step.action} ${step.agent}`);
    expect(steps('upgrade-package')).toEqual(steps('upgrade-pytorch'));
    expect(steps('upgrade-pytorch')).toEqual([
      'record env.record environment-specialist',
      'lock env.lock environment-specialist',
      'build env.build package-manager',
      'imports env.verify validation-engineer',
      'boot instance.boot validation-engineer',
      'smoke instance.smoke validation-engineer',
    ]);
  });

  it('hold the nine specialists, three of each tree, and those that think, of none', () => {
    expect([...agents.values()].map(({ id, tree: home }) => `${home} ${id}`).sort()).toEqual([
      'env-setup environment-specialist',
      'env-setup package-manager',
      'env-setup validation-engineer',
      'models-integ configuration-expert',
      'models-integ file-system-mapper',
      'models-integ integration-specialist',
      'null change-reader',
      'null general-specialist',
      'null planner',
      'ops-maint log-analyst',
      'ops-maint repair-technician',
      'ops-maint systems-administrator',
    ]);
  });

  it('give every agent that is a program a tree, and all of them instructions', () => {
    for (const { tree: home, instructions, runner } of agents.values()) {
      expect(trees.has(home ?? '')).toBe(runner === 'program');
      expect(instructions.length).toBeGreaterThan(200);
    }
  });
});
