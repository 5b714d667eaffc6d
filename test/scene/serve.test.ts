import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { processesOf, signal, until } from '../support/fault-processes.ts';
import type { RunningCommand } from '../support/fault-program.ts';
import { faultCode, hasRow, untilRow } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { mcpClient } from '../support/mcp-program.ts';
import { statusesAt } from '../support/tcp-door.ts';

const ask = (socketPath: string, path: string, body?: object): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ socketPath, path, method, agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

/** The first rows that come, from row `from` on. */
const firstEvents = (
  socketPath: string,
  from: number,
  count: number,
): Promise<readonly { seq: number; kind: string }[]> =>
  new Promise((resolve, reject) => {
    let text = '';
    const sent = request({ socketPath, path: `/v1/events?from=${from}`, agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const lines = text.split('\n').slice(0, -1);
        if (lines.length < count) return;
        sent.destroy();
        resolve(lines.slice(0, count).map((line) => JSON.parse(line) as { seq: number; kind: string }));
      });
    });
    sent.on('error', reject);
    sent.end();
  });

describe('orchestrate serve', () => {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await FaultWorld.create();
  });
  afterAll(() => world.remove());

  const serve = async (...args: string[]): Promise<RunningCommand> => {
    const nBefore = world.rows('supervisor.started').length;
    const serving = world.start(['serve', ...args, '--json']);
    await until('serve to begin', () => world.rows('supervisor.started').length > nBefore, 60_000);
    expect(world.rows('supervisor.started').at(-1)?.data).toMatchObject({ pid: serving.pid, stays: true });
    return serving;
  };

  /** What a program asks is done by the supervisor itself, as a program, and no other process is started for it. */
  const answersPrograms = async (socket: string): Promise<void> => {
    const post = async (name: string, body: object): Promise<Record<string, unknown>> =>
      JSON.parse(await ask(socket, `/v1/${name}`, body)) as Record<string, unknown>;
    expect(await post('runs-show', { run: 'r1' })).toMatchObject({ run: 'r1', goal: 'upgrade pytorch' });
    expect(await post('alerts-suppress', { match: 'disk:*', for: '1h', reason: 'x' })).toMatchObject({
      error: { code: 'REVIEW_SELF', message: expect.stringContaining('api is no person') as string },
    });
    expect(await post('service-stop', {})).toMatchObject({ error: { code: 'YES_REQUIRED' } });
    expect((await firstEvents(socket, 3, 4)).map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
    expect(world.rows('supervisor.started')).toHaveLength(1);
  };

  const answersByTcp = async (): Promise<void> => {
    const { json } = await world.ok(['serve', 'status', '--json']);
    const { http } = json as { http: { at: string; tokenFile: string; token: null } };
    expect(http).toMatchObject({ at: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string, token: null });
    expect(await statusesAt(http)).toEqual({
      A49: 401,
      A50: 403,
      A51: 403,
      A52: 415,
      A53: 403,
      A54: 401,
      control: 200,
    });
    expect(statSync(http.tokenFile).mode & 0o777).toBe(0o600);
  };

  const speaksMcp = async (): Promise<void> => {
    const client = await mcpClient(world);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['run', 'runs_list', 'swarm_init']));
    const listed = await client.callTool({ name: 'runs_list', arguments: {} });
    expect(listed.structuredContent).toMatchObject({ runs: [{ run: 'r1' }] });
    const stored = await client.callTool({ name: 'memory_store', arguments: { key: 'a/b', value: 'seen' } });
    expect(stored.structuredContent).toMatchObject({ record: { entry: 'programs/default/a/b@1' } });
    expect(readFileSync(join(world.home, 'memory/programs/default/a/b'), 'utf8')).toBe('seen\n');
    const refused = await client.callTool({ name: 'runs_cancel', arguments: { run: 'r1' } });
    expect(refused.isError).toBe(true);
    await client.close();
  };

  const untilStep = (subject: string): Promise<true> =>
    untilRow(world, 'machine.moved', { subject, to: 'executing' }, 120_000);

  it('drains on SIGTERM, goes on when it is started again, also after SIGKILL, and leaves no process', async () => {
    const first = await serve('--listen', '127.0.0.1:0');
    await world.ok(['run', 'upgrade pytorch', '--yes', '--detach', '--json']);
    expect((await world.ok(['serve', 'status', '--json'])).json).toMatchObject({ watch: 'stays', pid: first.pid });
    expect(faultCode(await world.run(['serve', '--json']))).toBe('SUPERVISOR_BUSY');

    const socket = join(world.live, 'run/orchestrate', `${world.id}.sock`);
    expect(JSON.parse(await ask(socket, '/healthz'))).toMatchObject({ status: 'ok', pid: first.pid });
    expect(await ask(socket, '/metrics')).toMatch(/^orchestrate_supervisor_uptime_seconds \d/m);
    await answersPrograms(socket);
    await answersByTcp();
    await speaksMcp();

    await untilStep('r1.build');
    signal(first.pid, 'SIGTERM');
    const drained = await first.done;
    expect(drained, drained.err).toMatchObject({
      exitStatus: 0,
      json: { reason: 'asked to end', finished: ['r1.build execute'], parked: [] },
    });
    expect(existsSync(socket)).toBe(false);
    expect(drained.err).toMatch(/supervisor \S+ started, pid \d+/);
    expect(processesOf(world.base).map(({ argv }) => argv.join(' '))).toEqual([]);

    const second = await serve();
    await untilStep('r1.boot');
    signal(second.pid, 'SIGKILL');
    expect((await second.done).signal).toBe('SIGKILL');
    expect(hasRow(world, 'run.closed')).toBe(false);

    const third = await serve();
    await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 120_000);
    expect((await world.ok(['serve', 'stop', '--json'])).json).toMatchObject({ state: 'stopped' });
    expect((await third.done).exitStatus).toBe(0);
    expect((await world.ok(['serve', 'status', '--json'])).json).toMatchObject({ watch: 'nobody', pid: null });
    expect((await world.ok(['serve', 'stop', '--json'])).json).toMatchObject({ state: 'none' });
  }, 360_000);
});
