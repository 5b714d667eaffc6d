import { describe, expect, it } from 'vitest';

import { statusView } from '../../../../src/app/views/status-view.ts';
import { displayText } from '../../../../src/faces/cli/display-text.ts';
import { needsEscape, quick, type QuickDoors } from '../../../../src/faces/cli/quick.ts';
import { doneScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';

const summary = { summary: statusView(doneScene().ledger, 'comfy-home') };

async function run(
  argv: readonly string[],
  status?: Awaited<ReturnType<QuickDoors['readStatus']>>,
): Promise<{ exitStatus: number | undefined; text: string }> {
  const parts: string[] = [];
  const exitStatus = await quick(argv, {
    write: (text) => void parts.push(text),
    readStatus: async () => status,
    readIds: async (kind, home) => (kind === 'run' ? [`r1${home ?? ''}`, 'r2'] : []),
    version: '1.2.3',
  });
  return { exitStatus, text: parts.join('') };
}

describe('the quick path', () => {
  it('prints the version', async () => {
    expect(await run(['--version'])).toEqual({ exitStatus: 0, text: '1.2.3\n' });
    expect(await run(['version'])).toEqual({ exitStatus: 0, text: '1.2.3\n' });
  });

  it.each([
    [['--help']],
    [['help', '--all']],
    [['review', '--help']],
    [['help', 'review', 'show']],
    [['run', '-h']],
    [['restore', 'to', '--help']],
  ])('prints the same help as the whole command line: %j', async (argv) => {
    const { text } = await run(argv);
    expect(text).toBe((await orchestrate(doneScene(), argv)).out);
    expect(text.length).toBeGreaterThan(200);
  });

  it('prints ids for a shell, one a line, and nothing where there are none', async () => {
    expect(await run(['complete', 'run'])).toEqual({ exitStatus: 0, text: 'r1\nr2\n' });
    expect(await run(['complete', 'run', '/x'])).toEqual({ exitStatus: 0, text: 'r1/x\nr2\n' });
    expect(await run(['complete', 'nothing', ''])).toEqual({ exitStatus: 0, text: '' });
    expect(await run(['complete'])).toEqual({ exitStatus: 0, text: '' });
  });

  it('prints the same status as the whole command line', async () => {
    const { exitStatus, text } = await run([], { summary, isSupervised: false, nOpenRequests: 0 });
    expect(exitStatus).toBe(0);
    expect(text).toBe((await orchestrate(doneScene(), ['status'])).out);
  });

  it.each([
    ['there is no summary', ['status'], undefined],
    ['a request waits', ['status'], { summary, isSupervised: true, nOpenRequests: 1 }],
    [
      'work stands still',
      ['status'],
      { summary: { summary: { ...summary.summary, isBusy: true } }, isSupervised: false, nOpenRequests: 0 },
    ],
    [
      'it is of another version',
      ['status'],
      { summary: { summary: { ...summary.summary, version: 2 } }, isSupervised: true, nOpenRequests: 0 },
    ],
    ['an option is given', ['status', '--json'], { summary, isSupervised: true, nOpenRequests: 0 }],
    ['the page is unknown', ['frobnicate', '--help'], undefined],
    ['it is another command', ['run', 'upgrade pytorch'], undefined],
  ] as const)('leaves it to the whole command line when %s', async (_, argv, status) => {
    expect(await run(argv, status)).toEqual({ exitStatus: undefined, text: '' });
  });

  it.each([
    ['a control', ['a\u001B[31mb'], 'orchestrate undo'],
    ['a line break', ['a\nb'], 'orchestrate undo'],
    ['a change of direction', ['a'], 'orchestrate\u202E'],
  ])('leaves a summary with %s to the whole command line, which escapes', async (_, lines, next) => {
    const hostile = { summary: { ...summary.summary, lines, next } };
    expect(await run(['status'], { summary: hostile, isSupervised: true, nOpenRequests: 0 })).toEqual({
      exitStatus: undefined,
      text: '',
    });
  });

  it('knows every character that displayText would change', () => {
    const missed: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const character = String.fromCodePoint(code);
      if (displayText(character) !== character && !needsEscape.test(character)) missed.push(code.toString(16));
    }
    expect(missed).toEqual([]);
  });
});
