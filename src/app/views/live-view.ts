import { z } from 'zod';

import { liveFile } from '../../engine/proofs/live.ts';
import type { App } from '../app.ts';

/** What a supervisor that was killed left there is told no longer than this. */
const staleMs = 15_000;

const live = z.object({
  atMs: z.number(),
  workflow: z.string(),
  nth: z.number(),
  nAll: z.number(),
  progress: z.object({
    node: z.string().nullable(),
    nodeClass: z.string().nullable(),
    steps: z.object({ value: z.number(), max: z.number() }).nullable(),
    percent: z.number(),
    text: z.string().nullable(),
    nPreviews: z.number(),
  }),
});

/** Returns how far the workflow is that the run runs at this moment, as one line; null where none runs. */
export async function liveSentence(app: App, run: string): Promise<string | null> {
  const { paths } = await app.installation();
  const text = await app.outside.files.readText(liveFile(paths, run));
  const found = text === undefined ? undefined : live.safeParse(parsed(text));
  if (found?.success !== true || Math.abs(app.outside.clock.nowMs() - found.data.atMs) > staleMs) return null;
  const { workflow, nth, nAll, progress } = found.data;
  const { node, nodeClass, steps, percent, text: said } = progress;
  const at =
    node === null ? '' : `: ${nodeClass ?? 'node'} ${node}${steps === null ? '' : `, ${steps.value} of ${steps.max}`}`;
  const which = nAll === 1 ? '' : ` (${nth} of ${nAll})`;
  return `${workflow}${which} ${percent} %${at}${said === null ? '' : ` · ${said}`}`;
}

/** The file is replaced whole; what is no JSON all the same tells nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
