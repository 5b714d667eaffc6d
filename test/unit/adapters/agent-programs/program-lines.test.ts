import { describe, expect, it } from 'vitest';

import { programLines } from '../../../../src/adapters/agent-programs/program-lines.ts';

async function linesOf(chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  async function* each(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  return Array.fromAsync(programLines(each()));
}

describe('lines of a program', () => {
  it('come whole, wherever its output was cut', async () => {
    expect(await linesOf(['{"a":', '1}\n{"b"', ':2}\n', 'rest'])).toEqual(['{"a":1}', '{"b":2}', 'rest']);
  });

  it('are held up to 4 MiB, however long one is', async () => {
    const mebibyte = new Uint8Array(1024 * 1024).fill(0x61);
    const [line, next] = await linesOf([...Array<Uint8Array>(100).fill(mebibyte), '\nnext\n']);
    expect(line?.length).toBe(4 * 1024 * 1024);
    expect(next).toBe('next');
  });

  it('are text, whatever bytes come', async () => {
    expect(await linesOf([new Uint8Array([0xff, 0x00, 0xc3, 0x28, 0x0a])])).toEqual(['\uFFFD\0\uFFFD(']);
  });
});
