import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { swarmUrlOf } from '../../domain/installation/swarm-ui.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { App } from '../app.ts';
import { askService } from '../ask-service.ts';
import { newest, rowOf } from '../views/journal-reader.ts';
import { instanceView, serviceSchema, serviceView } from '../views/service-view.ts';

/** Whether to wait for the prompt that runs. */
export const nowField = z
  .boolean()
  .default(false)
  .describe(
    'Interrupt the prompt that runs and queue it again, instead of waiting for it. Where SwarmUI starts ComfyUI: lose its prompts.',
  );

/** A slot instead of production. */
export const slotField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*(?:@[1-9]\d{0,3})?$/, 'has to be the name of a slot, like env-setup@2')
  .nullable()
  .default(null)
  .describe('A slot of a tree, like env-setup@2, instead of production.');

/** Production as recorded, and as it is found now. */
export const serviceOutput = serviceSchema.extend({
  mode: z
    .enum(['managed', 'command', 'none'])
    .describe('`managed`: started by orchestrate; `command`: by another program; `none`: by nobody here.'),
  isAlive: z.boolean().nullable().describe('The recorded process is there; null when none is recorded.'),
  answers: z.boolean().nullable().describe('Something answers on its port now; null when no port is known.'),
  url: z.string().nullable().describe('Where to open it, or null.'),
  device: z
    .object({ type: z.string(), name: z.string(), memoryBytes: z.number(), freeBytes: z.number() })
    .nullable()
    .describe('What it computes on, as it says now, or null.'),
  queue: z
    .object({ running: z.number(), pending: z.number() })
    .nullable()
    .describe('Prompts that run and that wait, now, or null when it does not tell.'),
  swarm: z
    .object({
      url: z.string(),
      answers: z.boolean(),
      backends: z.array(
        z.object({ id: z.string(), type: z.string(), title: z.string(), status: z.string(), isEnabled: z.boolean() }),
      ),
    })
    .nullable()
    .describe('What SwarmUI says, where it starts and stops production; null: it does not.'),
  shown: z
    .object({
      slot: z.string(),
      untilMs: z.number().describe('When it is stopped by itself, in milliseconds since 1970.'),
    })
    .nullable()
    .describe('The slot whose files these are; null: this is production.'),
  saved: z
    .array(
      z.object({
        instance: z.string().describe('Instance that left them behind.'),
        nPrompts: z.number(),
        path: z.string().describe('The file that holds them. It may hold keys of paid services.'),
        refused: z.array(z.string()).describe('Why the newest server did not take them.'),
      }),
    )
    .describe('Prompts that wait in a file; each start offers them again.'),
});

/** Looks at production, or at what shows a slot: the journal, the process, the port. Changes nothing. */
export async function loadService(app: App, slot: string | null = null): Promise<z.infer<typeof serviceOutput>> {
  const { ledger, config } = await app.installation();
  const { processes } = app.outside;
  const shown = slot === null ? undefined : await requireShown(app, slot);
  const view = shown === undefined ? serviceView(ledger) : instanceView(ledger, shown.instance);
  const mode = shown === undefined ? config.service.mode : 'managed';
  const { pid, startTime } = view;
  const port = view.port ?? (mode === 'none' ? config.service.port : null);
  const url = port === null ? null : `http://127.0.0.1:${port}`;
  const isAlive = pid === null || startTime === null ? null : await processes.isAlive({ pid, startTime });
  const asked = port === null ? null : await askService(app, config, port);
  const answers = asked?.answers ?? null;
  const { device = null, queue = null } = asked ?? {};
  return { ...view, port, mode, isAlive, answers, url, device, queue, ...(await besideOf(app, shown)) };
}

const besideOf = async (
  app: App,
  shown: Shown | undefined,
): Promise<Pick<z.infer<typeof serviceOutput>, 'shown' | 'saved' | 'swarm'>> =>
  shown === undefined
    ? { shown: null, saved: await loadSaved(app), swarm: await loadSwarm(app) }
    : { swarm: null, shown: { slot: shown.slot, untilMs: shown.untilMs }, saved: [] };

async function loadSwarm(app: App): Promise<z.infer<typeof serviceOutput>['swarm']> {
  const { config } = await app.installation();
  const url = swarmUrlOf(config);
  if (url === undefined) return null;
  const backends = await app.outside.swarm.backends(url).catch((error: unknown) => {
    if (error instanceof Fault) return [];
    throw error;
  });
  return { url, answers: backends !== undefined, backends: [...(backends ?? [])] };
}

type Shown = JournalKinds['slot.shown'];

/** What showed the slot last, also when that is over. Fault `SERVICE_NOT_RUNNING`: nothing did. */
export async function requireShown(app: App, slot: string): Promise<Shown> {
  const { ledger } = await app.installation();
  const [entry] = ledger.read({ key: `shown:${slot}`, kinds: ['slot.shown'], descending: true, limit: 1 });
  const shown = rowOf('slot.shown', entry)?.data;
  if (shown !== undefined) return shown;
  throw new Fault('SERVICE_NOT_RUNNING', `Nothing shows the slot ${JSON.stringify(slot.slice(0, 100))}.`, {
    state: 'Nothing was changed.',
    hints: [`orchestrate service start --slot <slot>`, 'orchestrate trees list'],
  });
}

/** Of the prompts only their number leaves the file. */
async function loadSaved(app: App): Promise<z.infer<typeof serviceOutput>['saved']> {
  const { ledger, paths } = await app.installation();
  const { files } = app.outside;
  const saved: z.infer<typeof serviceOutput>['saved'] = [];
  for (const name of await files.list(`${paths.state}/queues`)) {
    const instance = /^(i\d+)\.json$/.exec(name)?.[1];
    if (instance === undefined) continue;
    const path = `${paths.state}/queues/${name}`;
    const prompts: unknown = JSON.parse((await files.readText(path)) ?? '[]');
    const nPrompts = Array.isArray(prompts) ? prompts.length : 0;
    const refused = newest(ledger, 'queue.restored', `queue-restored:${instance}`)?.data.refused ?? [];
    if (nPrompts > 0) saved.push({ instance, nPrompts, path, refused: [...new Set(refused.map((one) => one.reason))] });
  }
  return saved;
}
