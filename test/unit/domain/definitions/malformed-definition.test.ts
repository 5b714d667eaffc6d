import { describe, expect, it } from 'vitest';

import { parseAgent } from '../../../../src/domain/definitions/agent.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { parseTree } from '../../../../src/domain/definitions/tree.ts';
import type { DefinitionSource } from '../../../../src/domain/definitions/types.ts';
import { spoilt, type GoodFile } from './good-files.ts';
import { shownFault } from './shown-fault.ts';

interface Case {
  readonly title: string;
  readonly file: GoodFile;
  readonly from: string;
  readonly to: string;
  /** Code and message, then position, line and caret. */
  readonly shows: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'an agent without front matter',
    file: 'agents/validation-engineer.md',
    from: '---\n',
    to: '',
    shows: [
      'DEFINITION_SYNTAX: The file has to start with a line --- and the fields of the agent.',
      'agents/validation-engineer.md:1:1',
      '  1 | id: validation-engineer',
      '    | ^',
    ],
  },
  {
    title: 'an agent whose front matter never ends',
    file: 'agents/validation-engineer.md',
    from: '---\nRun',
    to: 'Run',
    shows: [
      'DEFINITION_SYNTAX: The line --- that ends the fields of the agent is missing.',
      'agents/validation-engineer.md:1:1',
      '  1 | ---',
      '    | ^',
    ],
  },
  {
    title: 'an agent without instructions',
    file: 'agents/validation-engineer.md',
    from: 'Run it and look.\n',
    to: '',
    shows: [
      'DEFINITION_INVALID: The agent has no instructions: write them below the second --- line.',
      'agents/validation-engineer.md:7:1',
      '  7 | ',
      '    | ^',
    ],
  },
  {
    title: 'an agent with a runner that does not exist',
    file: 'agents/validation-engineer.md',
    from: '---\nRun',
    to: 'runner: modell\n---\nRun',
    shows: [
      'DEFINITION_INVALID: runner has to be program, model, claude-code, codex, opencode, acp or builtin, not "modell". Did you mean model?',
      'agents/validation-engineer.md:6:9',
      '  6 | runner: modell',
      '    |         ^',
    ],
  },
  {
    title: 'an agent with a field of another kind of file',
    file: 'agents/validation-engineer.md',
    from: '---\nRun',
    to: 'timeout: 10m\n---\nRun',
    shows: [
      'DEFINITION_INVALID: There is no field timeout. Known: args, budget, description, disallowedTools, hosts, id, max-turns, maxTurns, model, name, program, runner, silence, task-type, time-limit, title, tools, tree.',
      'agents/validation-engineer.md:6:1',
      '  6 | timeout: 10m',
      '    | ^',
    ],
  },
  {
    title: 'an agent with a tool given twice',
    file: 'agents/validation-engineer.md',
    from: '[env.verify, instance.boot]',
    to: '[env.verify, env.verify]',
    shows: [
      'DEFINITION_INVALID: tools[1] is there twice.',
      'agents/validation-engineer.md:5:21',
      '  5 | tools: [env.verify, env.verify]',
      '    |                     ^',
    ],
  },
  {
    title: 'an agent with an alias',
    file: 'agents/validation-engineer.md',
    from: 'tree: env-setup',
    to: 'tree: *tree',
    shows: [
      'DEFINITION_SYNTAX: Aliases (*name) are not read: write the value out.',
      'agents/validation-engineer.md:4:7',
      '  4 | tree: *tree',
      '    |       ^',
    ],
  },
  {
    title: 'a tree on a system port',
    file: 'trees/env-setup.yaml',
    from: 'home-port: 8188',
    to: 'home-port: 80',
    shows: [
      'DEFINITION_INVALID: home-port has to be at least 1024, not 80.',
      'trees/env-setup.yaml:3:12',
      '  3 | home-port: 80',
      '    |            ^',
    ],
  },
  {
    title: 'a tree on a port that the system hands out',
    file: 'trees/env-setup.yaml',
    from: 'home-port: 8188',
    to: 'home-port: 40000',
    shows: [
      'DEFINITION_INVALID: home-port has to be at most 32767, not 40000.',
      'trees/env-setup.yaml:3:12',
      '  3 | home-port: 40000',
      '    |            ^',
    ],
  },
  {
    title: 'a tree with a port as a text',
    file: 'trees/env-setup.yaml',
    from: 'home-port: 8188',
    to: 'home-port: "8188"',
    shows: [
      'DEFINITION_INVALID: home-port has to be a number, not "8188".',
      'trees/env-setup.yaml:3:12',
      '  3 | home-port: "8188"',
      '    |            ^',
    ],
  },
  {
    title: 'a tree with a scope outside',
    file: 'trees/env-setup.yaml',
    from: '- requirements.in',
    to: '- ../requirements.in',
    shows: [
      'DEFINITION_INVALID: scope[0] has the segment "..": a scope stays inside its tree.',
      'trees/env-setup.yaml:5:5',
      '  5 |   - ../requirements.in',
      '    |     ^',
    ],
  },
  {
    title: 'a tree with an absolute scope',
    file: 'trees/env-setup.yaml',
    from: '- requirements.in',
    to: '- /etc/passwd',
    shows: [
      'DEFINITION_INVALID: scope[0] has to be relative to the tree, without "/" or a drive at the start.',
      'trees/env-setup.yaml:5:5',
      '  5 |   - /etc/passwd',
      '    |     ^',
    ],
  },
  {
    title: 'a tree with a scope in .git',
    file: 'trees/env-setup.yaml',
    from: '- requirements.in',
    to: '- .git/hooks/**',
    shows: [
      'DEFINITION_INVALID: scope[0] has the segment ".git", which no agent may change.',
      'trees/env-setup.yaml:5:5',
      '  5 |   - .git/hooks/**',
      '    |     ^',
    ],
  },
  {
    title: 'a tree with a scope of half a star',
    file: 'trees/env-setup.yaml',
    from: 'docs/env-setup/**',
    to: 'docs/env**',
    shows: [
      'DEFINITION_INVALID: scope[1] has "**" beside other characters: it has to be a segment of its own.',
      'trees/env-setup.yaml:6:5',
      '  6 |   - docs/env**',
      '    |     ^',
    ],
  },
  {
    title: 'a tree without a scope',
    file: 'trees/env-setup.yaml',
    from: 'scope:\n  - requirements.in\n  - docs/env-setup/**',
    to: 'scope: []',
    shows: ['DEFINITION_INVALID: scope is empty.', 'trees/env-setup.yaml:4:8', '  4 | scope: []', '    |        ^'],
  },
  {
    title: 'a tree with a key of the prototype',
    file: 'trees/env-setup.yaml',
    from: 'reviewers: [ops-maint]',
    to: '__proto__: [ops-maint]',
    shows: [
      'DEFINITION_SYNTAX: The key __proto__ is not allowed.',
      'trees/env-setup.yaml:7:1',
      '  7 | __proto__: [ops-maint]',
      '    | ^',
    ],
  },
  {
    title: 'a tree with a key twice',
    file: 'trees/env-setup.yaml',
    from: 'reviewers: [ops-maint]',
    to: 'title: Another',
    shows: [
      'DEFINITION_SYNTAX: The key title is there twice.',
      'trees/env-setup.yaml:7:1',
      '  7 | title: Another',
      '    | ^',
    ],
  },
  {
    title: 'a tree with a tag',
    file: 'trees/env-setup.yaml',
    from: 'title: Python environment',
    to: 'title: !!js/function x',
    shows: [
      'DEFINITION_SYNTAX: Tags (!name) are not read: write the plain value.',
      'trees/env-setup.yaml:2:8',
      '  2 | title: !!js/function x',
      '    |        ^',
    ],
  },
  {
    title: 'a configuration with a misspelt field',
    file: 'orchestrate.yaml',
    from: 'start-time',
    to: 'start-tme',
    shows: [
      'CONFIG_INVALID: There is no field start-tme in service. Did you mean start-time?',
      'orchestrate.yaml:6:3',
      '  6 |   start-tme: 3m',
      '    |   ^',
    ],
  },
  {
    title: 'a configuration that is not well-formed',
    file: 'orchestrate.yaml',
    from: 'auto-merge: [low]',
    to: 'auto-merge: [low',
    shows: [
      'CONFIG_INVALID: This bracket is never closed.',
      'orchestrate.yaml:12:15',
      '  12 |   auto-merge: [low',
      '     |               ^',
    ],
  },
  {
    title: 'a configuration with a relative folder',
    file: 'orchestrate.yaml',
    from: 'index: /srv/wheels',
    to: 'index: wheels',
    shows: [
      'CONFIG_INVALID: python.index has to be an https:// address or an absolute folder.',
      'orchestrate.yaml:9:10',
      '  9 |   index: wheels',
      '    |          ^',
    ],
  },
  {
    title: 'a configuration with a password',
    file: 'orchestrate.yaml',
    from: 'index: /srv/wheels',
    to: 'index: https://me:secret@example.org/simple',
    shows: [
      'CONFIG_INVALID: python.index has a user name or password in it, and this file is kept in git.',
      'orchestrate.yaml:9:10',
      '  9 |   index: https://*********@example.org/simple',
      '    |          ^',
    ],
  },
  {
    title: 'a configuration with a path that goes up',
    file: 'orchestrate.yaml',
    from: 'index: /srv/wheels',
    to: 'index: /srv/../etc',
    shows: [
      'CONFIG_INVALID: python.index has to be an https:// address or an absolute folder.',
      'orchestrate.yaml:9:10',
      '  9 |   index: /srv/../etc',
      '    |          ^',
    ],
  },
  {
    title: 'a configuration with a size in words',
    file: 'orchestrate.yaml',
    from: '2 GiB',
    to: 'a lot',
    shows: [
      'CONFIG_INVALID: policy.max-download has to be a size like 512 MiB or 2 GiB, from 0 B to 100 TiB.',
      'orchestrate.yaml:11:17',
      '  11 |   max-download: a lot',
      '     |                 ^',
    ],
  },
  {
    title: 'a configuration with ports that end before they start',
    file: 'orchestrate.yaml',
    from: 'last: 8290',
    to: 'last: 8100',
    shows: [
      'CONFIG_INVALID: ports.last is below ports.first.',
      'orchestrate.yaml:7:29',
      '  7 | ports: { first: 8191, last: 8100 }',
      '    |                             ^',
    ],
  },
  {
    title: 'a configuration with an argument that has a field',
    file: 'orchestrate.yaml',
    from: '  start-time: 3m',
    to: '  args: ["--port=9000"]',
    shows: [
      'CONFIG_INVALID: service.args[0] is set by orchestrate or through the fields of service, not as an argument.',
      'orchestrate.yaml:6:10',
      '  6 |   args: ["--port=9000"]',
      '    |          ^',
    ],
  },
  {
    title: 'a configuration that merges everything',
    file: 'orchestrate.yaml',
    from: '[low]',
    to: '[low, high]',
    shows: [
      'CONFIG_INVALID: policy.auto-merge[1] has to be low or medium, not "high".',
      'orchestrate.yaml:12:21',
      '  12 |   auto-merge: [low, high]',
      '     |                     ^',
    ],
  },
  {
    title: 'a configuration without a service',
    file: 'orchestrate.yaml',
    from: 'service:\n  mode: managed\n  port: 8188\n  start-time: 3m\n',
    to: '',
    shows: ['CONFIG_INVALID: The field service is missing.', 'orchestrate.yaml:1:1', '  1 | id: 3f9c2a71', '    | ^'],
  },
];

describe('a malformed definition', () => {
  it.each(cases)('$title shows what and where', ({ file, from, to, shows }) => {
    expect(shownFault(() => parse(spoilt(file, from, to))).split('\n')).toEqual(shows);
  });
});

function parse(source: DefinitionSource): unknown {
  if (source.file === 'orchestrate.yaml') return parseConfig(source);
  return source.file.startsWith('agents/') ? parseAgent(source) : parseTree(source);
}
