import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Operation } from '../../../src/app/operation.ts';
import { operations } from '../../../src/app/operations/index.gen.ts';
import { optionsOf } from '../../../src/app/options.ts';
import { commandName } from '../../../src/faces/cli/commands.ts';

const loaded = await Promise.all(
  Object.entries(operations).map(async ([key, load]) => ({ key, operation: (await load()) as unknown as Operation })),
);

describe.each(loaded)('the operation $key', ({ key, operation }) => {
  it('has the name of its file', () => {
    expect(operation.name).toBe(commandName(key));
  });

  it('describes every option, and names its arguments among them', () => {
    const options = optionsOf(operation);
    expect(options.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
    for (const name of operation.positional ?? []) expect(options.map((option) => option.name)).toContain(name);
  });

  it('has an output schema that --json readers can be given', () => {
    expect(() => z.toJSONSchema(operation.output, { unrepresentable: 'any' })).not.toThrow();
  });

  it('has examples that begin with the program, and sentences', () => {
    expect(operation.examples.length).toBeGreaterThan(0);
    for (const { command, explains } of operation.examples) {
      expect(command).toContain('orchestrate');
      expect(explains).toMatch(/[.?!]$|config\.fish$/);
    }
    expect(operation.summary).toMatch(/^[A-Z].*\.$/);
  });
});
