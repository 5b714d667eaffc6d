import { describe, expect, it } from 'vitest';

import { parseAgent, readAgent } from '../../../../src/domain/definitions/agent.ts';
import { notUsedOf } from '../../../../src/domain/definitions/not-used.ts';
import type { Agent } from '../../../../src/domain/definitions/types.ts';
import { shownFault } from './shown-fault.ts';

const agentOf = (fields: string): Agent => parseAgent(sourceOf(fields));
const sourceOf = (fields: string) => ({
  file: 'agents/code-reviewer.md',
  text: `---\n${fields}---\nYou review code.\n`,
  origin: 'installation' as const,
});

/** As the documentation of Claude Code writes one. */
const claude = `name: code-reviewer
description: Expert code review specialist. Use proactively after writing code.
tools: Read, Grep, Bash(git log:*, git diff:*), mcp__github__*
model: sonnet
permissionMode: plan
maxTurns: 20
skills:
  - api-conventions
mcpServers:
  - github
hooks:
  PreToolUse:
    - matcher: Bash
      hooks:
        - type: command
          command: ./scripts/validate.sh
color: purple
`;

describe('an agent of Claude Code', () => {
  it('is one of ours that may use no action', () => {
    expect(agentOf(claude)).toMatchObject({
      id: 'code-reviewer',
      title: 'Code reviewer',
      description: 'Expert code review specialist. Use proactively after writing code.',
      tree: null,
      tools: [],
      model: 'sonnet',
      runner: 'program',
      maxMinutes: 30,
      instructions: 'You review code.',
    });
  });

  it('keeps its tools; a comma in brackets parts nothing', () => {
    expect(agentOf(claude).otherTools).toEqual(['Read', 'Grep', 'Bash(git log:*, git diff:*)', 'mcp__github__*']);
  });

  it('keeps its fields as they are written, and takes its turns', () => {
    const { claude: fields, maxTurns } = agentOf(claude);
    expect(Object.keys(fields)).toEqual(['color', 'hooks', 'mcpServers', 'permissionMode', 'skills']);
    expect([fields['skills'], maxTurns]).toEqual([['api-conventions'], 20]);
  });

  it.each([
    ['program', ['Read', 'Grep', 'Bash(git log:*, git diff:*)', 'mcp__github__*', 'model:', 'color:']],
    ['model', ['mcp__github__*', 'color:']],
    ['claude-code', ['color:', 'permissionMode:']],
  ])('tells what runner %s has no use for', (runner, expected) => {
    expect(notUsedOf(agentOf(`${claude}runner: ${runner}\n`))).toEqual(expect.arrayContaining(expected));
  });

  it('may have our fields beside', () => {
    const agent = agentOf(`${claude}tree: ops-maint\ntitle: Reviewer\ntime-limit: 5m\n`);
    expect(agent).toMatchObject({ tree: 'ops-maint', title: 'Reviewer', maxMinutes: 5 });
  });
});

describe('the tools of an agent', () => {
  it.each([
    ['a text', 'tools: env.lock, Read\n'],
    ['a list', 'tools:\n  - env.lock\n  - Read\n'],
    ['a text in quotes', 'tools: "env.lock,Read"\n'],
  ])('are %s', (_, tools) => {
    expect(agentOf(`name: x\n${tools}`)).toMatchObject({ tools: ['env.lock'], otherTools: ['Read'] });
  });

  it('are none where nothing is written: a runner gives nothing that is not asked for', () => {
    expect(agentOf('name: x\n')).toMatchObject({ tools: [], otherTools: [] });
  });

  it('lack what is disallowed', () => {
    expect(agentOf('name: x\ntools: env.lock, env.build\ndisallowedTools: env.build\n').tools).toEqual(['env.lock']);
  });

  it.each(['env.lock, Read', '"env.lock, Read"', '[env.lock, Read]'])('have a place each: %s', (tools) => {
    const { locate } = readAgent(sourceOf(`name: x\ntools: ${tools}\n`));
    const at = locate.value(['tools', 'Read']);
    expect(at.text?.slice(at.column - 1)).toMatch(/^Read/);
  });

  it('are shown with the caret at the one that is wrong', () => {
    expect(shownFault(() => agentOf('name: x\ntools: env.lock, bash\n'))).toMatchInlineSnapshot(`
      "DEFINITION_INVALID: tools[1] has to be an action such as env.lock, or a tool of Claude Code such as Read, Bash(git log:*) or mcp__server__tool.
      agents/code-reviewer.md:3:18
        3 | tools: env.lock, bash
          |                  ^"
    `);
  });
});

describe('who carries out the steps of an agent', () => {
  it('is a model with limits of its own', () => {
    const fields =
      'runner: model\nmodel: claude-sonnet-4-5\ntask-type: repair\nmax-turns: 12\nbudget: 0.25\nsilence: 1m\n';
    expect(agentOf(`name: x\n${fields}`)).toMatchObject({
      ...{ runner: 'model', model: 'claude-sonnet-4-5', taskType: 'repair', maxTurns: 12 },
      ...{ budgetMicroUsd: 250_000, silenceMs: 60_000 },
    });
  });

  it('is the built-in actions by two words, and nobody wants a model by inherit', () => {
    expect(agentOf('name: x\nrunner: builtin\nmodel: inherit\n')).toMatchObject({ runner: 'program', model: null });
  });

  it('is a program that is named', () => {
    expect(agentOf('name: x\nrunner: acp\nprogram: gemini\nargs: [--acp]\n')).toMatchObject({
      ...{ runner: 'acp', program: 'gemini', args: ['--acp'] },
    });
  });

  it.each([
    ['runner: acp\n', 'program has to be named for runner acp'],
    ['runner: model\nprogram: gemini\n', 'program is for runners that are programs of their own'],
    ['runner: builtin\nargs: [-x]\n', 'args is for runners that are programs of their own'],
    ['max-turns: 3\nmaxTurns: 3\n', 'maxTurns is max-turns too'],
    ['max-turns: 0\n', 'max-turns has to be'],
    ['budget: -1\n', 'budget has to be'],
    ['runner: gpt\n', 'runner has to be'],
  ])('refuses %j', (fields, sentence) => {
    expect(shownFault(() => agentOf(`name: x\n${fields}`))).toContain(`DEFINITION_INVALID: ${sentence}`);
  });
});

describe('the name of an agent', () => {
  it('may be written as id', () => {
    expect(agentOf('id: x\n').id).toBe('x');
  });

  it('is missing where neither is written', () => {
    expect(shownFault(() => agentOf('tools: Read\n'))).toContain('DEFINITION_INVALID: name is missing.');
  });

  it('is one: id and name agree', () => {
    expect(shownFault(() => agentOf('name: x\nid: y\n'))).toMatchInlineSnapshot(`
      "DEFINITION_INVALID: id is not the name, x: one of the two is enough.
      agents/code-reviewer.md:3:5
        3 | id: y
          |     ^"
    `);
  });

  it('is pointed at as the file writes it', () => {
    expect(readAgent(sourceOf('name: x\n')).locate.value(['id'])).toMatchObject({ line: 2, column: 7 });
  });
});
