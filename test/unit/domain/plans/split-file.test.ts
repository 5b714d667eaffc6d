import { describe, expect, it } from 'vitest';

import { splitFile } from '../../../../src/domain/plans/trigger.ts';

describe('the file of a goal', () => {
  it.each([
    ['adopt bundle /media/Stick/Comfy.tar', '/media/Stick/Comfy.tar'],
    ['adopt bundle comfy.bundle.tar now', 'comfy.bundle.tar'],
    ['adopt bundle "/media/my stick/comfy.tar"', '/media/my stick/comfy.tar'],
    ["adopt bundle './with blanks/x.tar' please", './with blanks/x.tar'],
  ])('is found in %j, its case and blanks kept', (goal, file) => {
    expect(splitFile(goal).file).toBe(file);
    expect(splitFile(goal).rest).not.toContain('tar');
  });

  it.each(['adopt bundle', 'adopt bundle a.tar b.tar', 'upgrade torch'])('is not guessed in %j', (goal) => {
    expect(splitFile(goal)).toEqual({ rest: goal, file: undefined });
  });
});
