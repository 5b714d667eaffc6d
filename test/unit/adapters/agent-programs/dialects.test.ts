import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { claudeCode } from '../../../../src/adapters/agent-programs/claude-code.ts';
import { codex } from '../../../../src/adapters/agent-programs/codex.ts';
import type { Dialect } from '../../../../src/adapters/agent-programs/dialect.ts';
import { opencode } from '../../../../src/adapters/agent-programs/opencode.ts';
import type { Json } from '../../../../src/base/json.ts';
import { emptyTally, tallied } from '../../../../src/domain/agent-programs/program-tally.ts';

/** Lines of the real programs, recorded while they wrote one file; tokens and cost of the model's side are made up. */
const recorded = (name: string): readonly Json[] =>
  readFileSync(new URL(`../../../fixtures/agent-programs/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);

const eventsOf = (dialect: Dialect, name: string) => recorded(name).flatMap((line) => dialect.read(line));

describe('what the real programs say is read', () => {
  it('of Claude Code', () => {
    const events = eventsOf(claudeCode, 'claude-code-2.1.197');
    expect(events.map(({ kind }) => kind)).toEqual(['began', 'tool', 'tool-result', 'text', 'sums']);
    expect(events[1]).toMatchObject({ name: 'Write', input: '{"file_path":"/slot/note.md","content":"hello\\n"}' });
    expect(events.reduce(tallied, emptyTally)).toMatchObject({
      session: '9acdafa5-490e-4c82-864d-79cd01f8ce52',
      model: 'claude-opus-4-8[1m]',
      lastText: 'The note is written.',
      turns: 2,
      nTools: 1,
      costMicroUsd: 12_346,
      usage: { inputUncached: 12, cacheRead: 2000, cacheWrite5m: 200, cacheWrite1h: 100, output: 40, reasoning: 0 },
      failure: null,
    });
  });

  it('of Codex, whose input counts what the cache held', () => {
    const events = eventsOf(codex, 'codex-0.171.0');
    expect(events.map(({ kind }) => kind)).toEqual(['began', 'text', 'tool', 'tool-result', 'text', 'turn']);
    expect(events[3]).toMatchObject({ isError: false, text: '8090857 hers\n' });
    expect(events.reduce(tallied, emptyTally)).toMatchObject({
      lastText: 'The note is written.',
      turns: 1,
      costMicroUsd: null,
      usage: { inputUncached: 300, cacheRead: 600, output: 50, reasoning: 20 },
    });
  });

  it('of OpenCode, turn by turn', () => {
    const events = eventsOf(opencode, 'opencode-1.18.33');
    expect(events.filter(({ kind }) => kind === 'tool')).toMatchObject([{ name: 'write' }]);
    expect(events.reduce(tallied, emptyTally)).toMatchObject({
      session: 'ses_ddcdab6c9ffesj0VJZYpyZ52JR',
      turns: 2,
      costMicroUsd: null,
      usage: { inputUncached: 538, output: 23 },
    });
  });

  it.each([claudeCode, codex, opencode])('and what is in no known form says nothing ($runner)', ({ read }) => {
    for (const line of [null, 7, 'text', [], {}, { type: 'unheard-of' }, { type: 'assistant', message: 3 }])
      expect(read(line as Json)).toEqual([]);
  });

  it('a failure that a program tells of itself is one', () => {
    expect(
      claudeCode.read({ type: 'result', subtype: 'error_max_turns', is_error: true, session_id: 's', num_turns: 3 }),
    ).toMatchObject([
      { kind: 'sums', turns: 3 },
      { kind: 'failed', why: 'error_max_turns' },
    ]);
    expect(codex.read({ type: 'turn.failed', error: { message: 'no' } })).toEqual([{ kind: 'failed', why: 'no' }]);
    expect(opencode.read({ type: 'error', sessionID: 's', error: { name: 'E', data: { message: 'no' } } })).toEqual([
      { kind: 'failed', why: 'no' },
    ]);
  });
});
