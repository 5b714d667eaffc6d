import { describe, expect, it } from 'vitest';

import { quoteLine } from '../../../../src/domain/instances/quote-line.ts';
import { readLog } from '../../../../src/domain/instances/read-log.ts';

const trace = ['Traceback (most recent call last):', '  File "/srv/ComfyUI/nodes.py", line 12, in load'];

describe('a log', () => {
  it.each([
    ['ERROR: no model', 'error'],
    ['2026-01-01 12:00:00,123 - CRITICAL - out of room', 'error'],
    ['[ERROR] An error occurred while retrieving information', 'error'],
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'error'],
    ['!!! Exception during processing !!! list index out of range', 'error'],
    ['   0.0 seconds (IMPORT FAILED): /srv/ComfyUI/custom_nodes/pack', 'error'],
    ['main.py: error: unrecognized arguments: --fast', 'error'],
    ['{"level":"error","msg":"no room"}', 'error'],
    ['WARNING: torch is old', 'warning'],
    ['/usr/lib/x.py:12: UserWarning: pin_memory is deprecated', 'warning'],
    ['INFO: an ERROR of before is gone', 'info'],
    ['DEBUG asked', 'debug'],
    ['Traceback (most recent call last):', 'other'],
    ['got prompt', 'other'],
    ['informational errorless words', 'other'],
  ] as const)('%s is %s', (line, level) => {
    expect(readLog(line).levels).toEqual({ error: 0, warning: 0, info: 0, debug: 0, other: 0, [level]: 1 });
  });

  it('tells the same error once, with its first line, its last one and how often', () => {
    const lines = [
      'INFO: up',
      '2026-01-01 12:00:00 ERROR port 8188 is taken',
      ...trace,
      "ModuleNotFoundError: No module named 'cv2'",
      '2026-01-01 12:00:09 ERROR port 8188 is taken',
    ];
    expect(readLog(`${lines.join('\r\n')}\r\n`)).toMatchObject({
      nLines: 6,
      levels: { error: 3, info: 1, other: 2 },
      errors: [
        { line: 2, lastLine: 6, nTimes: 2, text: '2026-01-01 12:00:00 ERROR port 8188 is taken' },
        { line: 5, lastLine: 5, nTimes: 1, text: "ModuleNotFoundError: No module named 'cv2'" },
      ],
    });
  });

  it('keeps the first error, and of the others the newest', () => {
    const word = (index: number): string => String.fromCharCode(97 + index).repeat(3);
    const text = Array.from({ length: 26 }, (_, index) => `ERROR: ${word(index)}`).join('\n');
    expect(readLog(text).errors.map(({ line }) => line)).toEqual([1, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
  });

  it('is read as a terminal would show it: without colours, of a progress bar the last', () => {
    const text = '\u001B[31mERROR\u001B[0m: red\n\u001B]0;title\u0007 10%\r 50%\r100%\r\nERROR: a\u0007b\u202E\n';
    const { nLines, levels, errors } = readLog(text);
    expect({ nLines, levels }).toMatchObject({ nLines: 3, levels: { error: 2, other: 1 } });
    expect(errors.map((one) => one.text)).toEqual(['ERROR: red', 'ERROR: a\\x07b\\u{202e}']);
  });

  it('of nothing has no line', () => {
    expect(readLog('')).toMatchObject({ nLines: 0, errors: [] });
  });

  it('takes no time for lines that are made to take it', () => {
    const long = [
      'a'.repeat(1_000_000),
      '\u001B]'.repeat(300_000),
      `${'w'.repeat(900_000)}Warning`,
      `ERROR ${'/a'.repeat(500_000)}`,
      `ERROR ${'token'.repeat(200_000)}`,
    ];
    expect(readLog(long.join('\n')).nLines).toBe(5);
  });
});

describe('a line that is quoted', () => {
  it.each([
    ['ERROR: GET https://anna:pw@example.org/x?token=1 failed', 'ERROR: GET <address> failed'],
    ["FileNotFoundError: '/home/anna/models/sdxl.safetensors'", "FileNotFoundError: '…/sdxl.safetensors'"],
    ['ERROR: HF_TOKEN=hf_abc is not valid', 'ERROR: HF_TOKEN=<hidden> is not valid'],
    ['ERROR: key sk4f9a0c1b2d3e4f5a6b7c8d9e0f1a2b3c4d5e', 'ERROR: key <hidden>'],
    ['CUDA out of memory. Tried to allocate 2.00 GiB', 'CUDA out of memory. Tried to allocate 2.00 GiB'],
  ])('%s', (line, quoted) => {
    expect(quoteLine(line)).toBe(quoted);
  });

  it('is short', () => {
    expect(quoteLine('x '.repeat(1_000))).toHaveLength(300);
  });
});
