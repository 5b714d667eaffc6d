import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { socketPath } from '../../domain/daemon/socket-path.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { App } from '../app.ts';
import { loadToken, tokenPath } from '../door-token.ts';
import { defineOperation } from '../operation.ts';
import { freezeView } from '../views/freeze-view.ts';
import { loadSchedules, watchOf, watchSchema } from './_schedules.ts';

/** `orchestrate serve status` */
export const serveStatus = defineOperation({
  name: 'serve status',
  summary: 'Whether anybody looks after the installation, since when, and what is next.',
  effect: 'read',
  needs: 'home',
  description:
    'Where it listens by TCP, who comes there sends the token as `Authorization: Bearer <token>`. The token is in a file that only you can read; --show-token prints it, to a person only. Take the file away and start `serve` again for another one.',
  input: z.object({
    showToken: z.boolean().default(false).describe('Print the token of the TCP listener.'),
  }),
  output: z.object({
    watch: watchSchema,
    pid: z.number().nullable().describe('Its process, or null.'),
    version: z.string().nullable().describe('Version of orchestrate that it runs, or null.'),
    sinceMs: z.number().nullable().describe('When it started, in milliseconds since 1970, or null.'),
    socket: z
      .string()
      .nullable()
      .describe('Where it answers GET /healthz, GET /metrics and what is below /v1 and /mcp, or null.'),
    http: z
      .object({
        at: z.string().describe('Address and port.'),
        otherMachines: z.boolean().describe('Other machines reach it.'),
        tokenFile: z.string().describe('The file that holds the token.'),
        token: z.string().nullable().describe('The token, for --show-token; null otherwise.'),
      })
      .nullable()
      .describe('Where it answers the same by TCP, or null.'),
    isFrozen: z.boolean().describe('Nothing is worked on until `thaw`.'),
    next: z
      .object({ schedule: z.string(), text: z.string() })
      .nullable()
      .describe('The next schedule that fires, and when, or null.'),
    last: z.string().nullable().describe('Why the last one ended, or null.'),
  }),
  examples: [
    { command: 'orchestrate serve status', explains: 'Whether schedules fire and alerts are sent.' },
    { command: 'orchestrate serve status --show-token', explains: 'What a program has to send by TCP.' },
  ],
  async run(app, { showToken }) {
    const { ledger } = await app.installation();
    const watch = await watchOf(app);
    const [entry] = ledger.read({ kinds: ['supervisor.started'], descending: true, limit: 1 });
    const started = watch === 'nobody' ? undefined : dataOf('supervisor.started', entry);
    const [ended] = ledger.read({ kinds: ['supervisor.stopped'], descending: true, limit: 1 });
    const fires = (await loadSchedules(app)).schedules.flatMap(({ id, paused, next }) =>
      paused === null && next !== null ? [{ schedule: id, ...next }] : [],
    );
    const next = fires.toSorted((a, b) => a.atMs - b.atMs)[0];
    return {
      watch,
      pid: started?.pid ?? null,
      version: started?.version ?? null,
      sinceMs: started === undefined ? null : (entry?.atMs ?? null),
      socket: watch === 'stays' ? await findSocket(app) : null,
      http: watch === 'stays' ? await findListener(app, { sinceSeq: entry?.seq ?? 0, showToken }) : null,
      isFrozen: freezeView(ledger).isFrozen,
      next: next === undefined ? null : { schedule: next.schedule, text: next.text },
      last: dataOf('supervisor.stopped', ended)?.reason ?? null,
    };
  },
});

/** What this supervisor said about it, and none before it. Fault: `REVIEW_SELF` when a program wants to see the token. */
async function findListener(app: App, { sinceSeq, showToken }: { sinceSeq: number; showToken: boolean }) {
  const { ledger, paths } = await app.installation();
  const entry = ledger.latest('door');
  const opened = dataOf('door.opened', entry);
  if (opened === undefined || entry === undefined || entry.seq < sinceSeq) return null;
  if (showToken && app.outside.host.startedBy !== null)
    throw new Fault('REVIEW_SELF', `${app.outside.host.startedBy} is no person: it is not shown the token.`, {
      state: 'Nothing was changed.',
    });
  return {
    at: opened.at,
    otherMachines: opened.otherMachines,
    tokenFile: tokenPath(paths.state),
    token: showToken ? ((await loadToken(app)) ?? null) : null,
  };
}

async function findSocket(app: App): Promise<string | null> {
  const { paths, config } = await app.installation();
  const { files, host } = app.outside;
  const path = socketPath({ runtimeDir: host.session['XDG_RUNTIME_DIR'], state: paths.state, id: config.id });
  return (await files.info(path))?.kind === 'other' ? path : null;
}
