import { describe, expect, it } from 'vitest';

import { claudeCode } from '../../../../src/adapters/agent-programs/claude-code.ts';
import { codex } from '../../../../src/adapters/agent-programs/codex.ts';
import type { Dialect } from '../../../../src/adapters/agent-programs/dialect.ts';
import { findLogin } from '../../../../src/adapters/agent-programs/find-login.ts';
import { opencode } from '../../../../src/adapters/agent-programs/opencode.ts';
import { createFakeFiles } from '../../../fakes/fake-files.ts';

const loginOf = (dialect: Dialect, text: string | null, env: Readonly<Record<string, string>> = {}) => {
  const files = createFakeFiles();
  if (text !== null) files.put(`/home/me/${dialect.loginFile}`, text);
  return findLogin(dialect, { files, homeDir: '/home/me', env });
};

describe('who pays for a program', () => {
  it.each([
    [claudeCode, '{"claudeAiOauth":{"accessToken":"a","refreshToken":"b"}}', 'subscription'],
    [codex, '{"OPENAI_API_KEY":null,"tokens":{"access_token":"a"}}', 'subscription'],
    [codex, '{"OPENAI_API_KEY":"sk-a"}', 'key'],
    [opencode, '{"anthropic":{"type":"oauth","refresh":"a"}}', 'subscription'],
    [opencode, '{"openai":{"type":"api","key":"a"}}', 'key'],
  ] as const)('is what its own file says (%#)', async (dialect, text, login) => {
    expect(await loginOf(dialect, text)).toMatchObject({ login, from: 'file' });
  });

  it.each([claudeCode, codex, opencode])(
    'is nobody where its file is absent, empty or no JSON ($runner)',
    async (one) => {
      for (const text of [null, '', '{', '{}', '[]', 'null', '7'])
        expect(await loginOf(one, text)).toEqual({ login: 'none' });
    },
  );

  it('is a key of the environment before the file', async () => {
    const text = '{"claudeAiOauth":{"accessToken":"a"}}';
    expect(await loginOf(claudeCode, text, { ANTHROPIC_API_KEY: 'k' })).toEqual({
      login: 'key',
      from: 'variable',
      name: 'ANTHROPIC_API_KEY',
    });
    expect(await loginOf(claudeCode, text, { ANTHROPIC_API_KEY: '' })).toMatchObject({ login: 'subscription' });
  });
});
