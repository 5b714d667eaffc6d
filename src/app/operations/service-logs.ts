import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { nServerLines } from '../../engine/instances/read-service-log.ts';
import { logPathOf } from '../../engine/instances/start.ts';
import type { App } from '../app.ts';
import { addedLines, openLogTail } from '../log-tail.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { serviceView } from '../views/service-view.ts';
import { requireShown, slotField } from './_service.ts';

const output = z.object({
  instance: z.string().nullable().describe('Instance that wrote it; null where nobody here started the service.'),
  source: z
    .enum(['file', 'server'])
    .describe('`file`: what its process wrote. `server`: what it tells itself, where another program has its output.'),
  path: z.string().nullable().describe('The file, or null.'),
  lines: z.array(z.string()).describe('Oldest first, as they were written.'),
});
type Output = z.infer<typeof output>;

/** How often a log that is followed is looked at. */
const lookEveryMs = 500;

/** `orchestrate service logs` */
export const serviceLogs = defineOperation({
  name: 'service logs',
  summary: 'Show what the service writes.',
  description:
    'Of production, or of an instance under test. What orchestrate did not start is asked for its log over HTTP. With --follow it goes on until Ctrl-C, also when the file is replaced and when production is switched.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    lines: z.number().int().min(0).max(10_000).default(50).describe('At most this many lines, the newest.'),
    follow: z.boolean().default(false).describe('Go on with what is added, until Ctrl-C.'),
    instance: z
      .string()
      .regex(/^i\d+$/, 'has to be an instance like i4')
      .nullable()
      .default(null)
      .describe('An instance, also one that has ended; production when left out.'),
    slot: slotField,
  }),
  output,
  examples: [
    { command: 'orchestrate service logs --lines 200', explains: 'The last 200 lines of production.' },
    { command: 'orchestrate service logs --follow', explains: 'See them as they come.' },
    {
      command: 'orchestrate service logs --instance i3',
      explains: 'What the instance under test wrote before it ended.',
    },
  ],
  async run(app, { lines, instance, slot }) {
    const source = await requireSource(app, await instanceOf(app, { instance, slot }));
    return { ...source.shown, lines: [...(await source.last(lines))] };
  },
  goesOn: (input) => input.follow,
  async *more(app, { instance: wanted, slot }, signal) {
    const instance = await instanceOf(app, { instance: wanted, slot });
    let source = await requireSource(app, instance);
    await source.last(0);
    while (await app.outside.clock.sleep(lookEveryMs, signal)) {
      const now = instance === null ? await findSource(app, null) : undefined;
      // Production was switched: the next one's log from its beginning.
      if (now !== undefined && now.shown.instance !== source.shown.instance) source = now;
      const lines = [...(await source.more())];
      if (lines.length > 0) yield { ...source.shown, lines };
    }
  },
});

const instanceOf = async (
  app: App,
  { instance, slot }: { readonly instance: string | null; readonly slot: string | null },
): Promise<string | null> => (slot === null ? instance : (await requireShown(app, slot)).instance);

interface Source {
  readonly shown: Omit<Output, 'lines'>;
  last(nLines: number): Promise<readonly string[]>;
  more(): Promise<readonly string[]>;
}

async function requireSource(app: App, instance: string | null): Promise<Source> {
  const source = await findSource(app, instance);
  if (source) return source;
  throw instance === null
    ? new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate, and nothing answers on its port.')
    : new Fault('USAGE_BAD_ARGUMENT', `There is no instance ${instance}.`, { hints: ['orchestrate service status'] });
}

async function findSource(app: App, wanted: string | null): Promise<Source | undefined> {
  const context = await app.installation();
  const { ledger, config } = context;
  const { files, service } = app.outside;
  const instance = wanted ?? serviceView(ledger).instance;
  const composed = instance === null ? undefined : newest(ledger, 'instance.composed', `instance:${instance}`)?.data;
  if (wanted !== null && composed === undefined) return undefined;
  if (composed !== undefined && composed.by === undefined) {
    const path = logPathOf(context, composed.instance);
    return { shown: { instance, source: 'file', path }, ...openLogTail(files, path) };
  }
  const url = `http://127.0.0.1:${composed?.port ?? config.service.port}`;
  if (composed === undefined && (await service.facts(url)) === undefined) return undefined;
  let seen: readonly string[] = [];
  return {
    shown: { instance, source: 'server', path: null },
    last: async (nLines) => {
      seen = await service.logTail(url, Math.max(nLines, nServerLines));
      return nLines === 0 ? [] : seen.slice(-nLines);
    },
    more: async () => {
      const now = await service.logTail(url, nServerLines);
      const added = now.length === 0 ? [] : addedLines(seen, now);
      if (now.length > 0) seen = now;
      return added;
    },
  };
}
