import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AlertTarget } from '../../../../src/domain/definitions/alerts-config.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { printConfig } from '../../../../src/domain/definitions/print-config.ts';
import type { InstallationConfig } from '../../../../src/domain/definitions/types.ts';

const parse = (text: string): InstallationConfig =>
  parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });

const everyTarget: readonly AlertTarget[] = [
  { name: 'log', kind: 'file', least: 'informational', path: '/var/log/alerts.jsonl' },
  {
    name: 'team',
    kind: 'webhook',
    least: 'warning',
    url: 'https://example.org/hook',
    urlFrom: null,
    secretFrom: '/home/anna/.secret',
  },
  { name: 'chat', kind: 'webhook', least: 'critical', url: null, urlFrom: 'env:CHAT_URL', secretFrom: 'env:CHAT_KEY' },
  { name: 'mail', kind: 'command', least: 'critical', argv: ['/usr/bin/mail', 'anna'] },
  { name: 'desk', kind: 'desktop', least: 'warning' },
];

describe('orchestrate.yaml', () => {
  it('needs an id, a name and a service, and has a value for all else', () => {
    expect(parse('id: x1\nname: home\nservice: { mode: managed }\n')).toEqual({
      id: 'x1',
      name: 'home',
      template: 'comfyui',
      program: null,
      service: {
        mode: 'managed',
        port: 8188,
        args: [],
        startCommand: [],
        stopCommand: [],
        startSeconds: 180,
        finishSeconds: 600,
        watchSeconds: 5,
        userDir: null,
        inputDir: null,
        outputDir: null,
      },
      ports: { first: 8191, last: 8290 },
      python: {
        program: null,
        index: { kind: 'url', url: 'https://pypi.org/simple' },
        torchIndex: null,
        resolver: 'auto',
        modules: [],
      },
      policy: {
        maxDownloadBytes: 10_737_418_240,
        autoMerge: [],
        maxSlowdown: 1.3,
        minAgeSeconds: 1_209_600,
        borrowVram: 'ask',
        oneGenerator: true,
        keep: { last: 3, youngerThanSeconds: 1_209_600 },
      },
      merge: { mode: 'local', remote: null, branch: null, pushTags: false },
      supervisor: { idleSeconds: 600 },
      bus: { mailbox: 10_000, attempts: 5, keepSeconds: 14 * 86_400, groups: {} },
      alerts: { targets: [], waitingAfterMs: 1_800_000, gatherMs: 10_000, perHour: 20 },
      queue: { ahead: 1 },
      memory: { budgetBytes: 16_384 },
      monitoring: {
        intervalMs: 60_000,
        diskWarningBytes: 10 * 1024 ** 3,
        diskCriticalBytes: 2 * 1024 ** 3,
        memoryWarning: 0.08,
        patience: 3,
      },
      logs: { sizeBytes: 64 * 1024 ** 2, keep: 5 },
      adopted: null,
    });
  });

  it('needs both commands, by absolute paths, where another program starts production', () => {
    const service = (fields: string): string => `id: x1\nname: home\nservice: { mode: command${fields} }\n`;
    const [start, stop] = [', start-command: [/opt/swarm/start.sh]', ', stop-command: [/opt/swarm/stop.sh, --now]'];
    expect(parse(service(start + stop)).service.stopCommand).toEqual(['/opt/swarm/stop.sh', '--now']);
    expect(() => parse(service(start))).toThrow(/stop-command/);
    expect(() => parse(service(`${start}, stop-command: [stop.sh]`))).toThrow(/absolute path/);
  });

  it('starts production again only where that is asked for, and is printed with it', () => {
    const text = (more: string): string => `id: demo\nname: x\nservice: { mode: managed${more} }\n`;
    expect(parse(text('')).service.restart).toBeUndefined();
    const asked = parse(text(', restart: on-failure, restart-within: 90s'));
    expect(asked.service.restart).toEqual({ most: 3, withinSeconds: 90 });
    expect(parse(printConfig(asked)).service.restart).toEqual({ most: 3, withinSeconds: 90 });
    expect(() => parse(text(', restart: always'))).toThrow(/restart/);
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
    const command = fc.oneof(
      fc.constant([]),
      path.map((program) => [program, '--now']),
    );
    const index = fc.oneof(
      path.map((folder) => ({ kind: 'folder' as const, path: folder })),
      fc.constant({ kind: 'url' as const, url: 'https://example.org/simple' }),
    );
    const seconds = fc.integer({ min: 0, max: 86_400 });
    const port = fc.integer({ min: 1024, max: 32_767 });
    const config: fc.Arbitrary<InstallationConfig> = fc.record({
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      name: text,
      template: fc.constant('comfyui' as const),
      program: fc.constant(null),
      service: fc.record({
        mode: fc.constantFrom('managed' as const, 'none' as const),
        port,
        args: fc.array(text, { maxLength: 3 }),
        startCommand: command,
        stopCommand: command,
        startSeconds: fc.integer({ min: 1, max: 3600 }),
        finishSeconds: fc.integer({ min: 0, max: 86_400 }),
        watchSeconds: fc.integer({ min: 0, max: 6_000 }).map((tenths) => tenths / 10),
        userDir: fc.option(path),
        inputDir: fc.option(path),
        outputDir: fc.option(path),
      }),
      ports: fc.tuple(port, port).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
      python: fc.record({
        program: fc.option(path),
        index,
        torchIndex: fc.option(index),
        resolver: fc.constantFrom('auto' as const, 'pip' as const, 'uv' as const),
        modules: fc.uniqueArray(fc.constantFrom('torch', 'numpy', 'PIL.Image')),
      }),
      policy: fc.record({
        maxDownloadBytes: fc.integer({ min: 0, max: 999_999_999 }),
        autoMerge: fc.constantFrom([], ['low'], ['low', 'medium']),
        maxSlowdown: fc.double({ min: 1, max: 100, noNaN: true }),
        minAgeSeconds: seconds,
        oneGenerator: fc.boolean(),
        borrowVram: fc.constantFrom('ask' as const, 'yes' as const, 'no' as const),
        keep: fc.record({ last: fc.integer({ min: 1, max: 1000 }), youngerThanSeconds: seconds }),
      }),
      merge: fc.record({
        mode: fc.constantFrom('push' as const, 'pull-request' as const),
        remote: fc.constantFrom('origin', '/srv/remote.git', 'ssh://git@example.org/x.git'),
        branch: fc.option(fc.constant('main')),
        pushTags: fc.boolean(),
      }),
      supervisor: fc.record({ idleSeconds: fc.integer({ min: 1, max: 86_400 }) }),
      bus: fc.record({
        mailbox: fc.integer({ min: 1, max: 1_000_000 }),
        attempts: fc.integer({ min: 1, max: 100 }),
        keepSeconds: fc.integer({ min: 3_600, max: 86_400 }),
        groups: fc.constantFrom({}, { night: ['person:anna', 'tree:env-setup'] as const }),
      }),
      alerts: fc.record({
        targets: fc.constantFrom<readonly AlertTarget[]>([], everyTarget),
        waitingAfterMs: fc.integer({ min: 60_000, max: 86_400_000 }),
        gatherMs: fc.integer({ min: 0, max: 600_000 }),
        perHour: fc.integer({ min: 4, max: 1_000 }),
      }),
      queue: fc.record({ ahead: fc.integer({ min: 0, max: 4 }) }),
      memory: fc.record({ budgetBytes: fc.integer({ min: 0, max: 10 * 1024 ** 2 }) }),
      monitoring: fc.record({
        intervalMs: fc.integer({ min: 5_000, max: 3_600_000 }),
        diskWarningBytes: fc.integer({ min: 10_000, max: 1_000_000 }),
        diskCriticalBytes: fc.integer({ min: 0, max: 10_000 }),
        memoryWarning: fc.constantFrom(0, 0.05, 0.9),
        patience: fc.integer({ min: 1, max: 60 }),
      }),
      logs: fc.record({
        sizeBytes: fc.integer({ min: 65_536, max: 999_999 }),
        keep: fc.integer({ min: 2, max: 1_000 }),
      }),
      adopted: fc.option(
        fc.record({ layout: fc.constantFrom('clone', 'stability-matrix'), comfyui: path, python: fc.option(path) }),
      ),
    });
    fc.assert(
      fc.property(config, (value) => {
        expect(parse(printConfig(value))).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });
});
