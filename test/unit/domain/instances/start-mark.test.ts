import { expect, it } from 'vitest';

import { missingText, startMark } from '../../../../src/domain/instances/start-mark.ts';

it.each([
  ['Import times for custom nodes:\n\nStarting server\n\n', 'Starting server'],
  ['Starting server\n\nTo see the GUI go to: http://127.0.0.1:8188\n', 'To see the GUI go to:'],
  ['\u001B[32m[INFO]\u001B[0m Starting server\r\n', 'Starting server'],
  ['Loading: pack\nMyPack: waits for "Starting server"\n', null],
  ['', null],
])('the mark of %j is %j', (log, mark) => {
  expect(startMark(log)).toBe(mark);
});

it('says which of the two sides of a start is missing', () => {
  expect(missingText(null)).toContain('does not say "Starting server"');
  expect(missingText('To see the GUI go to:')).toBe(
    'Its log says "To see the GUI go to:", but /system_stats is not answered',
  );
});
