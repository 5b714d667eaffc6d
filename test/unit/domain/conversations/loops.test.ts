import { describe, expect, it } from 'vitest';

import { findLoop } from '../../../../src/domain/conversations/loops.ts';
import type { Message } from '../../../../src/domain/conversations/message.ts';

let n = 0;
const turn = (name: string, args: string, text: string, isError = false): readonly Message[] => {
  n += 1;
  return [
    { role: 'model', text: '', calls: [{ id: `t${n}`, name, arguments: args }] },
    { role: 'tools', results: [{ id: `t${n}`, isError, text }] },
  ];
};
const isChange = (name: string): boolean => name === 'edit_file';
const look = (messages: readonly (readonly Message[])[]) => findLoop(messages.flat(), isChange)?.name;

describe('an agent that goes in a circle', () => {
  const same = () => turn('read_file', '{"path":"a"}', 'text');

  it('is seen at the third same answer to the same call', () => {
    expect(look([same(), same()])).toBeUndefined();
    expect(look([same(), same(), same()])).toBe('read_file');
  });

  it('is seen also where two calls take turns', () => {
    const other = () => turn('search', '{"text":"x"}', 'nowhere');
    expect(look([same(), other(), same(), other(), same()])).toBe('read_file');
  });

  it('is none while the answers are other ones', () => {
    expect(look(['1', '2', '3', '4'].map((text) => turn('read_file', '{"path":"a"}', text)))).toBeUndefined();
  });

  it('is none where a file was changed in between', () => {
    expect(look([same(), same(), turn('edit_file', '{"new":"b"}', 'Edited.'), same()])).toBeUndefined();
  });

  it('is seen where the same change is refused over and over', () => {
    const failing = () => turn('edit_file', '{"old":"x"}', 'not there', true);
    expect(look([failing(), failing(), failing()])).toBe('edit_file');
  });

  it('is seen where the same change is made over and over', () => {
    const again = () => turn('edit_file', '{"new":"x"}', 'Edited.');
    expect(look([again(), again(), again()])).toBe('edit_file');
  });

  it('begins anew when somebody said something', () => {
    expect(look([same(), same(), [{ role: 'user', text: 'Otherwise.' }], same()])).toBeUndefined();
  });
});
