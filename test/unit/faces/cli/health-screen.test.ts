import { expect, it } from 'vitest';

import { lineText } from '../../../../src/faces/cli/line.ts';
import { renderHealth } from '../../../../src/faces/cli/render/health.ts';

type Found = Parameters<typeof renderHealth>[0];
const screen = (found: Found): string =>
  `${renderHealth(found)
    .map((line) => lineText(line, false))
    .join('\n')}\n`;

it('health shows the score, how it is made, and what shows a part that is not good', () => {
  expect(
    screen({
      score: 81,
      state: 'bad',
      made: '37 of 52 points (nodes 0 of 12, models 5 of 10); left out, not known: gpu',
      parts: [
        {
          ...{ part: 'service', state: 'good', points: 30, of: 30, hint: null },
          ...{ sentence: 'answers on port 8188 in 4 ms', evidence: ['#12'] },
        },
        {
          ...{ part: 'nodes', state: 'bad', points: 0, of: 12, hint: 'orchestrate service logs' },
          ...{ sentence: '1 node pack failed to import: evil', evidence: ['evil\u001b[31m: IMPORT FAILED'] },
        },
        {
          ...{ part: 'models', state: 'warning', points: 5, of: 10, hint: null },
          ...{ sentence: '1 of 9 model files cannot be loaded', evidence: ['/m/a.safetensors: empty'] },
        },
        {
          ...{ part: 'gpu', state: 'unknown', points: null, of: 5, hint: null },
          ...{ sentence: 'no NVIDIA card is told', evidence: [] },
        },
      ],
    }),
  ).toMatchInlineSnapshot(`
    "health 81 of 100 bad
    37 of 52 points (nodes 0 of 12, models 5 of 10); left out, not known: gpu

       part     points
    ✓  service  30 of 30  Answers on port 8188 in 4 ms
    ✗  nodes    0 of 12   1 node pack failed to import: evil
    !  models   5 of 10   1 of 9 model files cannot be loaded
    ?  gpu      - of 5    No NVIDIA card is told

    nodes:
      evil\\x1b[31m: IMPORT FAILED

    models:
      /m/a.safetensors: empty
    next: orchestrate service logs
    "
  `);
});

it('health without anything to look at says so', () => {
  expect(screen({ score: null, state: 'unknown', made: 'no points', parts: [] })).toContain('health is not known');
});
