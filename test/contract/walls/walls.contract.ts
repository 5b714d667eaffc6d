import { beforeEach, describe, expect, it } from 'vitest';

import type { Walls } from '../../../src/ports/walls.ts';
import { faultOf } from '../support/fault-of.ts';
import { outcome, wallSpec } from '../support/wall-spec.ts';

/** What the suite needs beside the port. Paths are of `/bin/sh` scripts where the walls are real. */
export interface WallsHarness {
  readonly walls: Walls;
  /** Walls where there is none to be had. */
  readonly none: Walls;
  /** Why they cannot be tried here. */
  readonly unavailable?: string | undefined;
}

const signal = new AbortController().signal;

/** The behaviour of `Walls`, for the real ones and the fake. */
export function describeWalls(name: string, makeHarness: () => WallsHarness): void {
  describe(`walls, ${name}`, () => {
    const { walls, none, unavailable } = makeHarness();
    beforeEach(({ skip }) => {
      if (unavailable !== undefined) skip(unavailable);
    });

    it('holds against all eight acts', async () => {
      const { level, acts } = await walls.probe();
      expect({ level, held: acts.filter(({ held }) => held).map(({ act }) => act) }).toEqual({
        level: 'L2',
        held: [
          ...['write-outside', 'read-secret', 'connect-out', 'connect-loopback', 'see-processes', 'nest-namespace'],
          ...['write-git', 'signal-parent'],
        ],
      });
    });

    it('gives what a program said, by stream, and how it ended', async () => {
      const program = await walls.open(wallSpec('cat; echo wrong >&2; exit 3'), { signal });
      await program.write('in ü');
      expect(await outcome(program)).toEqual({
        stdout: 'in ü',
        stderr: 'wrong\n',
        exitCode: 3,
        signal: null,
        limit: null,
      });
    });

    it('ends a program that is stopped', async () => {
      const program = await walls.open(wallSpec('sleep 300'), { signal });
      await program.stop({ graceMs: 50 });
      expect(await program.exited).toMatchObject({ exitCode: null, limit: null });
    });

    it('ends a program whose caller is gone', async () => {
      const gone = new AbortController();
      const program = await walls.open(wallSpec('sleep 300'), { signal: gone.signal });
      gone.abort();
      expect(await program.exited).toMatchObject({ signal: 'SIGKILL' });
    });

    it('ends a program after its time, and one that says too much, and tells which', async () => {
      const late = await walls.open(wallSpec('sleep 300', { limits: { wallMs: 200 } }), { signal });
      const loud = await walls.open(wallSpec('yes', { limits: { outputBytes: 1000 } }), { signal });
      const [time, output] = [await outcome(late), await outcome(loud)];
      expect([time.limit, output.limit]).toEqual(['time', 'output']);
    });

    it('refuses where there is no wall, unless a person said that it may be without', async () => {
      expect(await none.probe()).toMatchObject({ level: 'L0' });
      const spec = wallSpec('echo hi');
      const refused = await faultOf(none.open(spec, { signal }));
      expect(refused).toMatchObject({ code: 'WALL_MISSING', state: 'The program was not started.' });
      expect(await outcome(await none.open(spec, { signal, unwalled: true }))).toMatchObject({
        stdout: 'hi\n',
        exitCode: 0,
      });
    });
  });
}
