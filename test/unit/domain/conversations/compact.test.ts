import { describe, expect, it } from 'vitest';

import { compact } from '../../../../src/domain/conversations/compact.ts';
import type { Message } from '../../../../src/domain/conversations/message.ts';

/** A conversation in which a tool answered `chars` characters, so many times. */
function conversation(nTurns: number, chars = 3_000): readonly Message[] {
  const turns = Array.from({ length: nTurns }, (_, n): readonly Message[] => [
    { role: 'model', text: '', calls: [{ id: `t${n}`, name: 'read_file', arguments: '{}' }] },
    { role: 'tools', results: [{ id: `t${n}`, isError: false, text: String(n).repeat(chars).slice(0, chars) }] },
  ]);
  return [{ role: 'user', text: 'Do it.' }, ...turns.flat()];
}
const window = { windowTokens: 20_000, fixedTokens: 1_000 };

describe('a long conversation', () => {
  it('is sent as it is while it is short', () => {
    expect(compact(conversation(5), window).messages).toEqual(conversation(5));
  });

  it('is sent with the oldest results shortened, and says so in their place', () => {
    const { messages, nShortened, tokens } = compact(conversation(30), window);
    expect(nShortened).toBeGreaterThan(5);
    expect(tokens).toBeLessThan(window.windowTokens * 0.6 + 1);
    const [oldest, newest] = [messages[2], messages.at(-1)];
    expect(JSON.stringify(oldest)).toContain('2800 more characters were left out to save room');
    expect(newest).toEqual(conversation(30).at(-1));
  });

  it('keeps every call and what was asked', () => {
    const { messages } = compact(conversation(30), window);
    expect(messages.filter(({ role }) => role !== 'tools')).toEqual(
      conversation(30).filter(({ role }) => role !== 'tools'),
    );
  });

  it('begins with the same bytes from turn to turn, so that a cache holds them, but where room ran short', () => {
    const sent = Array.from({ length: 40 }, (_, n) => compact(conversation(n + 1), window).messages);
    const nOther = sent.filter((messages, n) => {
      const before = sent[n - 1] ?? [];
      return JSON.stringify(messages.slice(0, before.length)) !== JSON.stringify(before);
    }).length;
    expect(nOther).toBeGreaterThan(0);
    expect(nOther).toBeLessThan(10);
  });

  it('leaves the newest alone even where they alone are too long', () => {
    const long = conversation(2, 90_000);
    expect(compact(long, window).messages).toEqual(long);
  });
});
