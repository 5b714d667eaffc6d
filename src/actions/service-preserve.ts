import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import { maskSecrets } from '../domain/alerts/mask-secrets.ts';
import { type ActionContext, defineAction } from './_context.ts';
import { roomText, seenSchema, seenText } from './_seen-text.ts';

/** Of a longer log the end is kept. */
const maxLogBytes = 1024 * 1024;
/** Characters of the prompts that are kept. */
const maxPrompts = 4 * 1024 * 1024;
/** Longer lines are cut: a mask goes over every character. */
const maxLine = 8_192;

const output = z.object({
  seen: seenSchema,
  source: z.enum(['file', 'server', 'none']),
  nLines: z.number().int(),
  isCut: z.boolean(),
  /** Evidence outside of home; empty where the disk had no room for it. */
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string() })),
  /** Why there are no files. */
  unkept: z.string().nullable(),
});

/**
 * Keeps what a restart would take away, before anybody repairs: the end of the log, the prompts that run, what the server, its process, the driver, the disks
 * and the port say. Without what looks like a secret. On a full disk the facts are in the report alone. A repeat writes the files anew.
 */
export const servicePreserve = defineAction({
  id: 'service.preserve',
  summary: 'Keep the evidence: log, server, process, port, disks',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    const { service, serviceLog } = context;
    const { text, source, isCut } = await serviceLog({ instance: null, maxBytes: maxLogBytes });
    const seen = await service.see({ watchMs: 0 });
    const lines = text.trimEnd() === '' ? [] : text.trimEnd().split('\n');
    const log = lines.map((line) => maskSecrets(line.slice(0, maxLine))).join('\n');
    const facts = maskSecrets(JSON.stringify(seen, null, 2));
    const prompts = promptsText(await service.running());
    const kept = await keep(context, {
      ...(log === '' ? {} : { 'log.txt': `${log}\n` }),
      ...(prompts === null ? {} : { 'prompts.txt': prompts }),
      'facts.json': `${facts}\n`,
    });
    const listener = seen.listener === null ? null : maskSecrets(seen.listener);
    return {
      seen: { ...seen, listener, disks: [...seen.disks], devices: [...seen.devices], holders: [...seen.holders] },
      source,
      nLines: lines.length,
      isCut,
      ...kept,
    };
  },
  describe: ({ seen, nLines, files, unkept }) =>
    [
      seenText(seen),
      roomText(seen),
      seen.graphics,
      unkept === null ? `${nLines} lines of its log and ${files.length} files kept` : `no file was kept: ${unkept}`,
    ].join('; '),
});

/** What runs, so that it can be queued again; null: nothing does. What a sender adds for himself may hold his keys, and is left out. */
function promptsText(running: readonly JsonObject[]): string | null {
  if (running.length === 0) return null;
  const graphs = running.map((prompt) =>
    Object.fromEntries(Object.entries(prompt).filter(([name]) => name !== 'extra_data')),
  );
  const lines = JSON.stringify(graphs, null, 2).slice(0, maxPrompts).split('\n');
  return `${lines.map((line) => maskSecrets(line.slice(0, maxLine))).join('\n')}\n`;
}

/** A disk that is full is why this was called: what is known is reported all the same. */
async function keep({ service }: ActionContext, files: Readonly<Record<string, string>>) {
  try {
    return { files: [...(await service.keep(files))], unkept: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'DISK_FULL') throw error;
    return { files: [], unkept: error.message };
  }
}
