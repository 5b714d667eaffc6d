import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { parseListen } from '../../domain/daemon/listen-address.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Ledger } from '../../ports/index.ts';
import type { App, Door } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { watchOf } from './_schedules.ts';
import { tellRows } from './_told-rows.ts';

/** How often it is looked whether the other supervisor has ended. */
const lookMs = 250;

/** `orchestrate serve` */
export const serve = defineOperation({
  name: 'serve',
  summary: 'Look after the installation until it is stopped: runs, schedules, health, alerts.',
  description:
    'It is the supervisor, in the foreground and kept alive; what it does is told on stderr. SIGTERM or Ctrl-C lets what runs end, for a minute at most, parks the rest and ends, and leaves no program but production; a second one ends at once. Killed in any way, the next one goes on where it was. A unix socket that only you reach answers GET /healthz, GET /metrics (Prometheus), every operation as POST /v1/<operation>, GET /v1/events, and MCP at /mcp. With --listen the same is answered by TCP to whoever sends the token that `serve status` names. `orchestrate serve install` has the machine start it.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  commandLineOnly: true,
  supervises: true,
  input: z.object({
    listen: z
      .string()
      .nullable()
      .default(null)
      .describe('Answer by TCP as well, e.g. 127.0.0.1:7070; port 0 is any that is free. Nobody listens otherwise.'),
    otherMachines: z
      .boolean()
      .default(false)
      .describe(
        'Listen at an address that other machines reach. What is said there is not encrypted, the token neither.',
      ),
    hostName: z
      .string()
      .nullable()
      .default(null)
      .describe('How other machines call this one; requests that name another host are refused.'),
  }),
  output: z.object({
    reason: z.string().describe('Why it ended.'),
    finished: z.array(z.string()).describe('What was at work when it was asked to end, and went to its end.'),
    parked: z.array(z.string()).describe('What did not end within a minute: the next supervisor begins it again.'),
  }),
  examples: [
    { command: 'orchestrate serve', explains: 'Keep it running in this terminal; Ctrl-C ends it in peace.' },
    {
      command: 'orchestrate serve --listen 127.0.0.1:7070',
      explains: 'Programs of this machine reach it by TCP, too.',
    },
  ],
  async run(app, { listen, otherMachines, hostName }) {
    const door = doorOf({ listen, otherMachines, hostName });
    const { ledger } = await app.installation();
    const afterSeq = ledger.head().seq;
    const done = new AbortController();
    const telling = tellRows(ledger, { afterSeq, tell: (line) => app.narrate(line), signal: done.signal });
    await Promise.all([superviseInTurn(app, door).finally(() => done.abort()), telling]);
    return ending(ledger, afterSeq);
  },
});

function doorOf({
  listen,
  otherMachines,
  hostName,
}: {
  listen: string | null;
  otherMachines: boolean;
  hostName: string | null;
}): Door | undefined {
  if (listen !== null) return { ...parseListen(listen, { otherMachines, hostName }), otherMachines, hostName };
  if (!otherMachines && hostName === null) return undefined;
  throw new Fault('USAGE_BAD_ARGUMENT', '--other-machines and --host-name go with --listen.', {
    hints: ['orchestrate serve --listen 0.0.0.0:7070 --other-machines --host-name box.lan'],
    state: 'Nothing listens.',
  });
}

/** Supervises as soon as no other one does. Fault: `SUPERVISOR_BUSY` when the other one stays, too. */
async function superviseInTurn(app: App, door: Door | undefined): Promise<void> {
  while (!app.signal.aborted) {
    await othersEnd(app);
    if (app.signal.aborted) return;
    try {
      return await app.supervise({
        stays: true,
        signal: new AbortController().signal,
        drain: app.signal,
        ...(door && { door }),
      });
    } catch (error) {
      // A command may have started one a moment ago.
      if (!(error instanceof Fault) || error.code !== 'SUPERVISOR_BUSY') throw error;
    }
  }
}

/** Asks a supervisor that a command started to end when nothing runs, and waits for it: until then it does what this one would do. */
async function othersEnd(app: App): Promise<void> {
  const { ledger } = await app.installation();
  const watch = await watchOf(app);
  if (watch === 'nobody') return;
  if (watch === 'stays')
    throw new Fault('SUPERVISOR_BUSY', 'Another `orchestrate serve` looks after this installation.', {
      hints: ['orchestrate serve status', 'orchestrate serve stop'],
      state: 'It goes on; nothing was changed.',
    });
  app.narrate('Another supervisor is at work. This one begins when that one has nothing more to do.');
  await app.ask('supervisor.stop', { by: personOf(app) });
  while (!app.signal.aborted && (await ledger.isHeld())) await app.outside.clock.sleep(lookMs, app.signal);
}

function ending(ledger: Ledger, afterSeq: number) {
  const [drained] = ledger.read({ afterSeq, kinds: ['supervisor.drained'], descending: true, limit: 1 });
  const [stopped] = ledger.read({ afterSeq, kinds: ['supervisor.stopped'], descending: true, limit: 1 });
  const { finished = [], parked = [] } = dataOf('supervisor.drained', drained) ?? {};
  const reason = dataOf('supervisor.stopped', stopped)?.reason ?? 'asked to end before it began';
  return { reason, finished: [...finished], parked: [...parked] };
}
