import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { printConfig } from '../../../../src/domain/definitions/print-config.ts';
import type { InstallationConfig } from '../../../../src/domain/definitions/types.ts';

const parse = (text: string): InstallationConfig =>
  parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });

describe('orchestrate.yaml', () => {
  it('needs an id, a name and a service, and has a value for all else', () => {
    expect(parse('id: x1\nname: home\nservice: { mode: managed }\n')).toEqual({
      id: 'x1',
      name: 'home',
      service: {
        mode: 'managed',
        port: 8188,
        args: [],
        startSeconds: 180,
        userDir: null,
        inputDir: null,
        outputDir: null,
      },
      ports: { first: 8191, last: 8290 },
      python: { program: null, index: { kind: 'url', url: 'https://pypi.org/simple' }, modules: [] },
      policy: { maxDownloadBytes: 10_737_418_240, autoMerge: [], maxSlowdown: 1.3 },
      supervisor: { idleSeconds: 600 },
    });
  });

  it('is read back as it was printed', () => {
    const text = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
      .filter((value) => value === value.trim());
    const path = fc
      .array(
        text.filter((part) => part !== '' && !part.includes('/') && part !== '.' && part !== '..'),
        { minLength: 1, maxLength: 3 },
      )
      .map((parts) => `/${parts.join('/')}`);
    const port = fc.integer({ min: 1024, max: 32_767 });
    const config: fc.Arbitrary<InstallationConfig> = fc.record({
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      name: text,
      service: fc.record({
        mode: fc.constantFrom('managed', 'none'),
        port,
        args: fc.array(text, { maxLength: 3 }),
        startSeconds: fc.integer({ min: 1, max: 3600 }),
        userDir: fc.option(path),
        inputDir: fc.option(path),
        outputDir: fc.option(path),
      }),
      ports: fc.tuple(port, port).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
      python: fc.record({
        program: fc.option(path),
        index: fc.oneof(
          path.map((folder) => ({ kind: 'folder' as const, path: folder })),
          fc.constant({ kind: 'url' as const, url: 'https://example.org/simple' }),
        ),
        modules: fc.uniqueArray(fc.constantFrom('torch', 'numpy', 'PIL.Image')),
      }),
      policy: fc.record({
        maxDownloadBytes: fc.integer({ min: 0, max: 999_999_999 }),
        autoMerge: fc.constantFrom([], ['low'], ['low', 'medium']),
        maxSlowdown: fc.double({ min: 1, max: 100, noNaN: true }),
      }),
      supervisor: fc.record({ idleSeconds: fc.integer({ min: 1, max: 86_400 }) }),
    });
    fc.assert(
      fc.property(config, (value) => {
        expect(parse(printConfig(value))).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });
});
