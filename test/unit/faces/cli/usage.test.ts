import { describe, expect, it } from 'vitest';

import { faultCodes } from '../../../../src/base/fault-codes.ts';
import { exitCodes } from '../../../../src/base/fault-kinds.ts';
import { Fault, type FaultCode } from '../../../../src/base/fault.ts';
import { doneScene, waitingScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';

const wrong = async (...argv: string[]): Promise<string> => {
  const { exitStatus, out, err } = await orchestrate(doneScene(), argv);
  expect(out).toBe('');
  return `${err}exit ${exitStatus}\n`;
};

describe('a command line that does not fit', () => {
  it('names the nearest command', async () => {
    expect(await wrong('statsu')).toMatchInlineSnapshot(`
      "error USAGE_UNKNOWN_COMMAND There is no command statsu. Did you mean status?
      next: orchestrate status
      next: orchestrate --help
      exit 2
      "
    `);
    expect(await wrong('review', 'aprove', 'c1')).toMatchInlineSnapshot(`
      "error USAGE_UNKNOWN_COMMAND There is no command review aprove: review has approve, diff, list, merge, reject, request-changes, resubmit, show.
      next: orchestrate review approve
      exit 2
      "
    `);
    expect(await wrong('frobnicate')).toMatchInlineSnapshot(`
      "error USAGE_UNKNOWN_COMMAND There is no command frobnicate.
      next: orchestrate --help
      exit 2
      "
    `);
  });

  it('is one word where its dash is part of its name', async () => {
    expect(await wrong('next')).toMatchInlineSnapshot(`
      "error USAGE_UNKNOWN_COMMAND There is no command next. Did you mean next-actions?
      next: orchestrate next-actions
      next: orchestrate --help
      exit 2
      "
    `);
    expect(await wrong('temp')).toContain('Did you mean templates?');
    expect((await orchestrate(doneScene(), ['help', 'next-actions'])).out).toContain('orchestrate next-actions [run]');
  });

  it('points at the option or value', async () => {
    expect(await wrong('run', 'upgrade pytorch', '--dryrun')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT run has no option --dryrun. Did you mean --dry-run?
        command line:1:35
          1 | orchestrate run 'upgrade pytorch' --dryrun
            |                                   ^
      next: orchestrate run --help
      exit 2
      "
    `);
    expect(await wrong('runs', 'show', '12')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT <run> has to be the id of a run, like r12.
        command line:1:23
          1 | orchestrate runs show 12
            |                       ^
      next: orchestrate runs show --help
      exit 2
      "
    `);
    expect(await wrong('runs', 'list', '--limit', 'many')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT --limit has to be a whole number.
        command line:1:31
          1 | orchestrate runs list --limit many
            |                               ^
      next: orchestrate runs list --help
      exit 2
      "
    `);
    expect(await wrong('runs', 'list', '--limit', '0')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT --limit has to be at least 1.
        command line:1:31
          1 | orchestrate runs list --limit 0
            |                               ^
      next: orchestrate runs list --help
      exit 2
      "
    `);
    expect(await wrong('completion', 'tcsh')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT <shell> has to be one of bash, zsh, fish.
        command line:1:24
          1 | orchestrate completion tcsh
            |                        ^
      next: orchestrate completion --help
      exit 2
      "
    `);
    expect(await wrong('status', '--home')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT --home needs a folder.
        command line:1:20
          1 | orchestrate status --home
            |                    ^
      next: orchestrate --help
      exit 2
      "
    `);
    expect(await wrong('run', '--playbook', '--yes')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT --playbook needs a value.
        command line:1:17
          1 | orchestrate run --playbook --yes
            |                 ^
      next: orchestrate run --help
      exit 2
      "
    `);
    expect(await wrong('undo', '--yes=perhaps')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT --yes takes no value but true or false.
        command line:1:18
          1 | orchestrate undo --yes=perhaps
            |                  ^
      next: orchestrate undo --help
      exit 2
      "
    `);
  });

  it('says what is missing, and quotes a goal of several words', async () => {
    expect(await wrong('run')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT run needs <goal>: What to do, in a few words.
      next: orchestrate run "upgrade pytorch" --dry-run
      next: orchestrate run --help
      exit 2
      "
    `);
    expect(await wrong('run', 'upgrade', 'pytorch', '--yes')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT run takes one argument, this is one more.
        command line:1:25
          1 | orchestrate run upgrade pytorch --yes
            |                         ^
      next: orchestrate run "upgrade pytorch"
      exit 2
      "
    `);
    expect(await wrong('status', 'now')).toMatchInlineSnapshot(`
      "error USAGE_BAD_ARGUMENT status takes no argument.
        command line:1:20
          1 | orchestrate status now
            |                    ^
      next: orchestrate status --help
      exit 2
      "
    `);
  });

  it('names the nearest restore point', async () => {
    expect(await wrong('restore', 'to', '0001-upgrade-pytroch')).toMatchInlineSnapshot(`
      "error RESTORE_NOT_FOUND There is no restore point 0001-upgrade-pytroch. Did you mean 0001-upgrade-pytorch?
      next: orchestrate restore list
      exit 4
      "
    `);
  });
});

describe('what follows --', () => {
  it('is never an option', async () => {
    const { app } = await orchestrate(waitingScene(), ['run', '--detach', '--', '--help me'], { onAsk: () => 'r1' });
    expect(app.asked[0]?.data).toMatchObject({ goal: '--help me' });
  });
});

describe('options', () => {
  it('reach the supervisor as they were typed', async () => {
    const { app } = await orchestrate(
      waitingScene(),
      ['run', 'upgrade pytorch', '--dry-run', '--yes', '--until=boot', '--playbook', 'upgrade-pytorch', '--detach'],
      { onAsk: () => 'r1' },
    );
    expect(app.asked).toEqual([
      {
        kind: 'run.start',
        data: {
          goal: 'upgrade pytorch',
          options: {
            previewOnly: true,
            yes: true,
            until: 'boot',
            playbook: 'upgrade-pytorch',
            inputs: {},
            priority: 'normal',
          },
          by: { kind: 'person', name: 'anna' },
        },
      },
    ]);
  });

  it('can be taken back with --no-', async () => {
    const { app } = await orchestrate(waitingScene(), ['undo', '--yes', '--no-yes', '--detach'], { onAsk: () => 'r1' });
    expect(app.asked[0]?.data).toMatchObject({ options: { yes: false } });
  });
});

describe('a fault', () => {
  const thrownBy = (code: FaultCode) => ({
    onAsk: (): never => {
      throw new Fault(code, 'It went wrong.');
    },
  });

  it.each(Object.keys(faultCodes) as FaultCode[])('%s ends with the status of its kind', async (code) => {
    const { exitStatus, err } = await orchestrate(doneScene(), ['undo'], thrownBy(code));
    expect(exitStatus).toBe(exitCodes[faultCodes[code].kind]);
    expect(err).toContain(code);
  });

  it('is shown with place, state of the work and next command', async () => {
    const { err } = await orchestrate(doneScene(), ['undo'], {
      onAsk: () => {
        throw new Fault('DEFINITION_INVALID', 'The port has to be a number.', {
          at: { file: 'trees/env-setup.yaml', line: 3, column: 12, text: 'home-port: eight' },
          state: 'Nothing was started.',
        });
      },
    });
    expect(err).toMatchInlineSnapshot(`
      "error DEFINITION_INVALID The port has to be a number.
        trees/env-setup.yaml:3:12
          3 | home-port: eight
            |            ^
        Nothing was started.
      next: orchestrate doctor
      "
    `);
  });

  it('that is none is a bug: short, without a stack', async () => {
    const { err, exitStatus } = await orchestrate(doneScene(), ['undo'], {
      onAsk: () => {
        throw new TypeError('x is not a function');
      },
    });
    expect(exitStatus).toBe(70);
    expect(err).toMatchInlineSnapshot(`
      "error INTERNAL_BUG A bug in orchestrate: x is not a function
        Run it again with --verbose to see where; the stack is what a report needs.
      next: orchestrate doctor
      "
    `);
  });
});

describe('bare orchestrate outside of an installation', () => {
  it('shows the everyday commands', async () => {
    const { out, exitStatus } = await orchestrate(null, []);
    expect(exitStatus).toBe(0);
    expect(out).toContain('Everyday commands:');
  });

  it('is an error when status was asked for by name', async () => {
    const { err, exitStatus } = await orchestrate(null, ['status']);
    expect(exitStatus).toBe(4);
    expect(err).toContain('HOME_NOT_FOUND');
  });
});
