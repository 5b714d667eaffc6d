import { describe, expect, it } from 'vitest';

import type { Processes } from '../../src/ports/processes.ts';
import { faultOf } from './support/fault-of.ts';

/** What the suite needs beside the port: programs that do simple things, and a folder. */
export interface ProcessesHarness {
  readonly processes: Processes;
  readonly folder: string;
  /** Prints its environment, a variable a line. */
  readonly printsEnvironment: string;
  /** Prints its input, writes `wrong` to stderr, ends with 3. */
  readonly failsWith3: string;
  /** Is ended by SIGKILL, and not by us. */
  readonly dies: string;
  /** Does not end. */
  readonly sleeps: string;
  /** Does not end, not even by SIGTERM. */
  readonly stubborn: string;
  /** Gives the pid of a process that has ended to a stranger, as far as the port can see. */
  strangerOf?(pid: number): void;
}

/** The behaviour of `Processes`, for the real one and the fake. */
export function describeProcesses(name: string, makeHarness: () => Promise<ProcessesHarness>): void {
  describe(`processes, ${name}`, () => {
    const harness = makeHarness();
    const spec = { args: [], env: {}, timeoutMs: 20_000 };
    const service = async (program: keyof ProcessesHarness, mark: string) => {
      const { folder, ...rest } = await harness;
      return {
        program: rest[program as 'sleeps'],
        args: [],
        env: { A: 'b' },
        cwd: folder,
        logPath: `${folder}/${mark}.log`,
        mark,
      };
    };

    it('returns what a program wrote and its exit status', async () => {
      const { processes, failsWith3 } = await harness;
      const result = await processes.run({ ...spec, program: failsWith3, stdin: 'in ü' });
      expect(result).toMatchObject({
        exitCode: 3,
        signal: null,
        stdout: 'in ü',
        stderr: 'wrong\n',
        timedOut: false,
        truncated: false,
      });
    });

    it('gives a program the environment that was given and the mark, and nothing else', async () => {
      const { processes, printsEnvironment } = await harness;
      const result = await processes.run({ ...spec, program: printsEnvironment, env: { A: 'b c' }, mark: 'r1.lock#2' });
      expect(result.stdout.trim().split('\n').sort()).toEqual(['A=b c', 'ORCHESTRATE_MARK=r1.lock#2']);
    });

    it('remembers a program that somebody else ended, by its mark, and none that we ended', async () => {
      const { processes, dies, sleeps, failsWith3 } = await harness;
      const died = await processes.run({ ...spec, program: dies, mark: 'r1.build#1' });
      await processes.run({ ...spec, program: sleeps, timeoutMs: 50, mark: 'r1.build#1' });
      await processes.run({ ...spec, program: sleeps, mark: 'r1.build#1' }, AbortSignal.timeout(50));
      await processes.run({ ...spec, program: failsWith3, mark: 'r1.build#1' });
      await processes.run({ ...spec, program: dies, mark: 'r1.build#2' });
      expect(died).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      expect(processes.deaths('r1.build#1')).toEqual([{ mark: 'r1.build#1', program: dies, signal: 'SIGKILL' }]);
      expect(processes.deaths('r2.build#1')).toEqual([]);
    });

    it('ends a program that takes too long', async () => {
      const { processes, sleeps } = await harness;
      expect(await processes.run({ ...spec, program: sleeps, timeoutMs: 50 })).toMatchObject({
        timedOut: true,
        exitCode: null,
        signal: 'SIGKILL',
      });
    });

    it('ends a program that is aborted, and starts none that already is', async () => {
      const { processes, sleeps } = await harness;
      const running = processes.run({ ...spec, program: sleeps }, AbortSignal.timeout(50));
      expect(await running).toMatchObject({ timedOut: false, exitCode: null, signal: 'SIGKILL' });
      expect(await processes.run({ ...spec, program: sleeps }, AbortSignal.abort())).toMatchObject({
        signal: 'SIGKILL',
      });
    });

    it('keeps output up to the limit', async () => {
      const { processes, failsWith3 } = await harness;
      const result = await processes.run({
        ...spec,
        program: failsWith3,
        stdin: 'x'.repeat(5000),
        maxOutputBytes: 100,
      });
      expect(result).toMatchObject({ stdout: 'x'.repeat(100), truncated: true, exitCode: 3 });
    });

    it('says of a program that is not there that it cannot be started', async () => {
      const { processes, folder } = await harness;
      const fault = await faultOf(processes.run({ ...spec, program: `${folder}/absent` }));
      expect(fault).toMatchObject({
        code: 'PROCESS_FAILED',
        message: expect.stringContaining(`${folder}/absent`) as string,
      });
      expect((await faultOf(processes.run({ ...spec, program: 'absent-program' }))).code).toBe('PROCESS_FAILED');
      expect((await faultOf(processes.start({ ...(await service('sleeps', 'x')), program: '/absent' }))).code).toBe(
        'PROCESS_FAILED',
      );
    });

    it('starts a service, knows it again and finds it by its mark', async () => {
      const { processes } = await harness;
      const identity = await processes.start(await service('sleeps', 'i1'));
      expect(await processes.identify(identity.pid)).toEqual(identity);
      expect(await processes.isAlive(identity)).toBe(true);
      expect(await processes.findMarked((mark) => mark === 'i1')).toMatchObject([{ ...identity, mark: 'i1' }]);
      expect(await processes.findMarked((mark) => mark === 'i')).toEqual([]);
      await processes.stop(identity, { graceMs: 5000 });
    });

    it('stops a service; a repeat does nothing', async () => {
      const { processes } = await harness;
      const identity = await processes.start(await service('sleeps', 'i2'));
      await processes.stop(identity, { graceMs: 5000 });
      expect(await processes.isAlive(identity)).toBe(false);
      expect(await processes.identify(identity.pid)).toBeUndefined();
      expect(await processes.findMarked((mark) => mark === 'i2')).toEqual([]);
      await processes.stop(identity, { graceMs: 5000 });
    });

    it('stops a service that does not want to', async () => {
      const { processes } = await harness;
      const identity = await processes.start(await service('stubborn', 'i3'));
      await processes.stop(identity, { graceMs: 100 });
      expect(await processes.isAlive(identity)).toBe(false);
    });

    it('never touches a process that only has the pid', async () => {
      const { processes } = await harness;
      const stranger = await processes.start(await service('sleeps', 'stranger'));
      const stale = { pid: stranger.pid, startTime: `${stranger.startTime}0` };
      expect(await processes.isAlive(stale)).toBe(false);
      await processes.stop(stale, { graceMs: 0 });
      expect(await processes.isAlive(stranger)).toBe(true);
      await processes.stop(stranger, { graceMs: 5000 });
    });
  });
}
