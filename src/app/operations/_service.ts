import { z } from 'zod';

import type { App } from '../app.ts';
import { serviceSchema, serviceView } from '../views/service-view.ts';

/** Production as recorded, and as it is found now. */
export const serviceOutput = serviceSchema.extend({
  isAlive: z.boolean().nullable().describe('The recorded process is there; null when none is recorded.'),
  answers: z.boolean().nullable().describe('Something answers on its port now; null when no port is known.'),
  url: z.string().nullable().describe('Where to open it, or null.'),
});

/** Looks at production: the journal, the process, the port. Changes nothing. */
export async function loadService(app: App): Promise<z.infer<typeof serviceOutput>> {
  const { ledger } = await app.installation();
  const view = serviceView(ledger);
  const { pid, startTime, port } = view;
  const url = port === null ? null : `http://127.0.0.1:${port}`;
  const isAlive = pid === null || startTime === null ? null : await app.outside.processes.isAlive({ pid, startTime });
  const answers = url === null ? null : (await app.outside.service.facts(url)) !== undefined;
  return { ...view, isAlive, answers, url };
}
