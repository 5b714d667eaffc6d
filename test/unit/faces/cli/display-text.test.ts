import { describe, expect, it } from 'vitest';

import { displayText, jsonText } from '../../../../src/faces/cli/display-text.ts';
import { waitingScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import { addChangeTitled } from '../../../support/scene-changes.ts';

const hostile = 'safe\u001B]0;owned\u0007\u001B[31m\u202Egpj.exe\u200Bx\u2066y\u009B2J\r\nReviewed-by: anna';

describe('displayText', () => {
  it('makes what steers a terminal or hides from the eye visible', () => {
    expect(hostile).toContain('\u001B');
    expect(displayText(hostile)).toMatchInlineSnapshot(
      `"safe\\x1b]0;owned\\x07\\x1b[31m\\u{202e}gpj.exe\\u{200b}x\\u{2066}y\\x9b2J\\r\\nReviewed-by: anna"`,
    );
  });

  it('leaves what people write alone', () => {
    const text = 'Größe 測試 ü → “x” · ✓ 🎨';
    expect(displayText(text)).toBe(text);
  });

  it('escapes lone surrogates and tag characters', () => {
    expect(displayText('a\uD800b\u{E0041}')).toBe(String.raw`a\u{d800}b\u{e0041}`);
  });
});

describe('jsonText', () => {
  it('is safe to look at and reads back to the same value', () => {
    const value = { title: hostile, tag: '\u{E0041}' };
    const text = jsonText(value);
    expect(text).not.toContain('\u001B');
    expect(text).not.toContain('\u202E');
    expect(text).not.toContain('\u009B');
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('every screen that shows the title of a change', () => {
  const commands = [
    ['review'],
    ['review', '--all'],
    ['review', 'show', 'c9'],
    ['runs', 'show', 'r1'],
    ['journal', 'tail'],
    ['journal', 'tail', '--json'],
    ['status'],
    ['review', 'show', 'c9', '--json'],
  ];

  it.each(commands)('shows a hostile one escaped: %s %s %s', async (...argv) => {
    const scene = waitingScene();
    addChangeTitled(scene, hostile);
    const { out } = await orchestrate(scene, argv.filter(Boolean));
    // Positive control: the raw text is in what the command reads.
    expect(JSON.stringify(scene.entries.map(({ data }) => data))).toContain(String.raw`\u001b`);
    expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
  });

  it('shows a hostile message of a fault escaped', async () => {
    const { Fault } = await import('../../../../src/base/fault.ts');
    const { err } = await orchestrate(waitingScene(), ['undo'], {
      onAsk: () => {
        throw new Fault('GIT_FAILED', hostile, {
          at: { file: hostile, line: 1, column: 3, text: hostile },
          hints: [hostile],
          state: hostile,
        });
      },
    });
    expect(err).toContain('GIT_FAILED');
    expect(err).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
  });
});
