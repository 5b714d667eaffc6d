import { z } from 'zod';

import type { App } from '../app.ts';
import { askService } from '../ask-service.ts';
import { newest } from '../views/journal-reader.ts';
import { serviceSchema, serviceView } from '../views/service-view.ts';

/** Whether to wait for the prompt that runs. */
export const nowField = z
  .boolean()
  .default(false)
  .describe('Interrupt the prompt that runs and queue it again, instead of waiting for it.');

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

/** Looks at production: the journal, the process, the port. Changes nothing. */
export async function loadService(app: App): Promise<z.infer<typeof serviceOutput>> {
  const { ledger, config } = await app.installation();
  const { processes } = app.outside;
  const view = serviceView(ledger);
  const { mode } = config.service;
  const { pid, startTime } = view;
  const port = view.port ?? (mode === 'none' ? config.service.port : null);
  const url = port === null ? null : `http://127.0.0.1:${port}`;
  const isAlive = pid === null || startTime === null ? null : await processes.isAlive({ pid, startTime });
  const asked = port === null ? null : await askService(app, config, port);
  const answers = asked?.answers ?? null;
  const { device = null, queue = null } = asked ?? {};
  return { ...view, port, mode, isAlive, answers, url, device, queue, saved: await loadSaved(app) };
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
