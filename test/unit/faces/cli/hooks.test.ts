import { describe, expect, it } from 'vitest';

import { fakeStreams } from '../../../support/fake-streams.ts';
import { waitingScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';

const event = (given: object): string =>
  JSON.stringify({ hook_event_name: 'PreToolUse', session_id: 's1', cwd: '/home/anna/comfy-home', ...given });

/** Calls a hook as Claude Code does: the event on standard input. */
function claude(hook: string, text: string) {
  const streams = { ...fakeStreams(), readInput: async () => text };
  return orchestrate(waitingScene(), ['hooks', hook, '--event', '-'], { streams });
}

describe('called by Claude Code', () => {
  it('ends with 2 and the reason on stderr where it is to stop', async () => {
    const { exitStatus, out, err } = await claude(
      'pre-command',
      event({ tool_name: 'Bash', tool_input: { command: 'git push -f' } }),
    );
    expect({ exitStatus, out }).toEqual({ exitStatus: 2, out: '' });
    expect(err).toContain('a forced push takes away what others have');
  });

  it('ends with 0 where nothing speaks against it', async () => {
    const { exitStatus, out } = await claude(
      'pre-command',
      event({ tool_name: 'Bash', tool_input: { command: 'git status' } }),
    );
    expect(exitStatus).toBe(0);
    expect(out).toContain('among what models may start here');
  });

  it.each([
    ['nothing', ''],
    ['half an event', '{"hook_event_name": "Pre'],
    ['another event', event({ hook_event_name: 'SessionEnd' })],
  ])('stops nobody because it was given %s', async (_, text) => {
    const { exitStatus, err } = await claude('pre-command', text);
    expect(exitStatus).toBe(1);
    expect(err).toContain('USAGE_BAD_ARGUMENT');
  });

  it('stops nobody where the option or hook is wrong', async () => {
    expect((await orchestrate(waitingScene(), ['hooks', 'pre-command', '--event', '-', '--wat'])).exitStatus).toBe(1);
    expect((await orchestrate(waitingScene(), ['hooks', 'pre-commit', '--event', '-'])).exitStatus).toBe(1);
  });
});

describe('typed as people of other tools do', () => {
  const verdict = async (...argv: string[]) => {
    const said = JSON.parse((await orchestrate(waitingScene(), [...argv, '--json'])).out) as { verdict?: string };
    return said.verdict ?? JSON.stringify(said);
  };

  it('takes names with dashes and in camelCase, and words for yes and no', async () => {
    expect(await verdict('hooks', 'pre-command', '--command', 'rm -rf /', '--validate-safety', 'false')).toBe(
      'not-judged',
    );
    expect(await verdict('hooks', 'pre-command', '--command', 'rm -rf /', '--validateSafety', 'no')).toBe('not-judged');
    expect(await verdict('hooks', 'pre-command', '--command', 'rm -rf /', '--validateSafety=true')).toBe('refused');
    expect(await verdict('hooks', 'pre-command', '--command', 'rm -rf /', '--no-validate-safety')).toBe('not-judged');
    expect(await verdict('hooks', 'pre-bash', '--command', 'rm -rf /', '--validate-safety')).toBe('refused');
  });

  it('names an unknown option, hook or word', async () => {
    const failing = async (...argv: string[]) => (await orchestrate(waitingScene(), argv)).err;
    expect(await failing('hooks', 'pre-command', '--comand', 'ls')).toContain('Did you mean --command?');
    expect(await failing('hooks', 'pre-edits', '--file', 'a')).toContain('orchestrate hooks pre-edit');
    expect(await failing('hooks', 'pre-command', '--validate-safety=perhaps')).toContain(
      'takes no value but true or false',
    );
  });

  it('says without an event by its exit status that it is to stop', async () => {
    expect((await orchestrate(waitingScene(), ['hooks', 'pre-command', '--command', 'git push -f'])).exitStatus).toBe(
      1,
    );
  });
});
