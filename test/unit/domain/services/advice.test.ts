import { describe, expect, it } from 'vitest';

import { adviceOf, type Advised } from '../../../../src/domain/services/advice.ts';

const well = { state: 'answers', isOurs: true, process: null, disks: [] } as const;
const found = (part: Partial<Advised>): Advised => ({
  ...{ signature: 'S18', severity: 'warning', sentence: 'The node pack alpha did not load.', culprit: 'pack:alpha' },
  ...{ because: null, isOver: false, how: 'approval', mend: 'Add what it needs.' },
  ...part,
});

describe('adviceOf', () => {
  it('says what to type for a pack and for a module', () => {
    const missing = found({ signature: 'S17', culprit: 'package:opencv-python-headless' });
    expect(adviceOf([found({}), missing], well)).toMatchObject([
      { command: 'orchestrate run "update alpha"' },
      {
        command: 'orchestrate run "add opencv-python-headless"',
        sentence: expect.stringContaining('(package opencv-python-headless)'),
      },
    ]);
  });

  it('does not say to install what only a log names: a module is no package', () => {
    const [one] = adviceOf([found({ signature: 'S17', culprit: 'package:comfy_secrets' })], well);
    expect(one?.command).toBe('orchestrate diagnose show S17');
  });

  it('puts no name into a command that is more than a name', () => {
    const [one] = adviceOf([found({ culprit: 'pack:x"; rm -rf ~' })], well);
    expect(one?.command).toBe('orchestrate diagnose show S18');
  });

  it.each(['S32', 'S34', 'S59'])('tells what only a person may, and no command that does it: %s', (signature) => {
    const [one] = adviceOf([found({ signature, culprit: 'model:x', how: 'never', mend: 'Set it aside.' })], well);
    expect(one).toEqual({
      sentence: `${signature}: The node pack alpha did not load. (model x) Only a person may: Set it aside.`,
      command: `orchestrate diagnose show ${signature}`,
    });
  });

  it('tells nobody to start what malware was found in, also where prompts ended after it', () => {
    const gone = { ...well, state: 'gone' } as const;
    const told = adviceOf([found({ signature: 'S34', culprit: null, how: 'never', isOver: true })], gone);
    expect(told.map(({ command }) => command)).toEqual(['orchestrate diagnose show S34']);
    expect(adviceOf([found({})], gone).at(-1)?.command).toBe('orchestrate service start');
  });

  it('tells who else holds the card, where it ran out of memory', () => {
    const seen = { ...well, holders: [{ pid: 99, name: '/usr/bin/blender', memoryBytes: 4e9 }] };
    const [first] = adviceOf([found({ signature: 'S01', culprit: null, how: 'automatic' })], seen);
    expect(first?.sentence).toBe('/usr/bin/blender (pid 99) holds 4.0 GB of the card: end it where it is yours.');
    expect(adviceOf([found({})], seen)).toHaveLength(1);
  });

  it('tells causes, and nothing that is over or harmless', () => {
    const rest = [{ because: 'S17' }, { isOver: true }, { severity: 'informational' }] as const;
    expect(adviceOf(rest.map(found), well)).toEqual([]);
  });

  it('tells what is seen of disks, of the process and of production', () => {
    const disks = [{ path: '/home/anna', level: 'critical' }] as const;
    const commands = adviceOf([], { ...well, state: 'gone', process: { pid: 7, state: 'D' }, disks }).map(
      ({ command }) => command,
    );
    expect(commands).toEqual([
      'dmesg --level err,warn',
      'orchestrate trash list',
      'orchestrate restore prune',
      'orchestrate service start',
    ]);
  });
});
