import { expect, test } from 'vitest';

import { shownCommand } from '../../../../src/domain/alerts/shown-command.ts';

test('a command line is shown without its secrets, also of several words and where it is cut', () => {
  expect(shownCommand(['python', 'main.py', '--listen', '--port', '8188'], 80)).toBe(
    'python main.py --listen --port 8188',
  );
  expect(shownCommand(['x', '--password', 'two words', '--token=one two', '--y'], 80)).toBe(
    `x --password '[redacted]' --token='[redacted]' --y`,
  );
  const cut = shownCommand(['x', 'a'.repeat(70), 'hf_abcdefghijklmnopqrstuvwxyz'], 80);
  expect(cut).toHaveLength(80);
  expect(cut).not.toContain('hf_');
});

test('a command line is one line that steers nothing', () => {
  expect(shownCommand(['x', 'a\n\u001b[2Jb'], 80)).not.toMatch(/[\n\u001b]/);
});
