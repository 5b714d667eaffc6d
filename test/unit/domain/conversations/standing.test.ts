import { describe, expect, it } from 'vitest';

import { freshIds } from '../../../../src/domain/conversations/fresh-ids.ts';
import type { Message } from '../../../../src/domain/conversations/message.ts';
import { standingOf } from '../../../../src/domain/conversations/standing.ts';

const call = (id: string) => ({ id, name: 'read_file', arguments: '{}' });
const model = (...ids: string[]) => ({ message: { role: 'model', text: '', calls: ids.map(call) } as const });
const result = (id: string) => ({ message: { role: 'tools', results: [{ id, isError: false, text: id }] } as const });
const user = { message: { role: 'user', text: 'Do it.' } } as const;

describe('where a conversation stands', () => {
  it('is what was asked for and has no answer yet', () => {
    const { open, nTurns } = standingOf([user, model('a', 'b', 'c'), result('a')]);
    expect([open.map(({ id }) => id), nTurns]).toEqual([['b', 'c'], 1]);
  });

  it('sends all results of one answer as one message', () => {
    const { messages } = standingOf([user, model('a', 'b'), result('a'), result('b')]);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'model', 'tools']);
    expect(messages.at(-1)).toMatchObject({ results: [{ id: 'a' }, { id: 'b' }] });
  });

  it('leaves out a result that was written twice, and one that nothing asked for', () => {
    const { messages, open } = standingOf([user, model('a', 'b'), result('a'), result('a'), result('x')]);
    expect([messages.length, open.map(({ id }) => id)]).toEqual([3, ['b']]);
  });

  it('knows that the last answer was cut', () => {
    expect(standingOf([user, { ...model('a'), by: { stop: 'length' } }]).isCut).toBe(true);
    expect(standingOf([user, { ...model('a'), by: { stop: 'length' } }, result('a'), model('b')]).isCut).toBe(false);
  });

  it('does not send notes', () => {
    expect(standingOf([user, { message: { role: 'note', text: 'paused' } }]).messages).toHaveLength(1);
  });
});

describe('ids of calls', () => {
  const before: readonly Message[] = [{ role: 'model', text: '', calls: [call('a')] }];

  it('are other ones than all before, whatever a model gives', () => {
    expect(freshIds([call('a'), call('b'), call('b'), call('')], before).map(({ id }) => id)).toEqual([
      ...['a-2', 'b', 'b-2', 'call'],
    ]);
  });
});
