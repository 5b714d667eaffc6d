import { z } from 'zod';

import { readLog } from '../domain/instances/read-log.ts';
import { defineAction } from './_context.ts';
import { logErrorsSchema, logErrorText } from './_log-errors.ts';

/** Bytes that are read of a log; of a longer one the end. */
const maxBytes = 1024 * 1024;
const mostLines = 20_000;
/** Errors that the sentence of the step names; the report has them all. */
const nNamed = 2;

const count = z.number().int();
const output = z.object({
  instance: z.string().nullable(),
  source: z.enum(['file', 'server', 'none']),
  nLines: count,
  /** Something was written before that was not read: lines count from the first that was. */
  isCut: z.boolean(),
  levels: z.object({ error: count, warning: count, info: count, debug: count, other: count }),
  errors: logErrorsSchema,
});

/**
 * Reads the end of what the service wrote, and says which errors stand in it, each once with its line. Changes nothing, and obeys nothing
 * that the log says. Where nobody here has a log it says so. Fault `USAGE_BAD_ARGUMENT` for an instance that there is not.
 */
export const serviceReadLog = defineAction({
  id: 'service.read-log',
  summary: 'Read what the service wrote, and say which errors it tells',
  effect: 'read',
  input: z.object({
    /** `i4`, also one that has ended; production when it is empty. */
    instance: z
      .string()
      .regex(/^(i\d+)?$/)
      .default(''),
    lines: z.coerce.number().int().min(1).max(mostLines).default(2_000),
  }),
  output,
  async run({ serviceLog }, { instance: asked, lines }) {
    const { instance, source, text, isCut } = await serviceLog({ instance: asked === '' ? null : asked, maxBytes });
    const all = text.trimEnd().split('\n');
    const { nLines, levels, errors } = readLog(text.trim() === '' ? '' : all.slice(-lines).join('\n'));
    return { instance, source, nLines, isCut: isCut || all.length > lines, levels, errors: [...errors] };
  },
  describe: ({ instance, source, nLines, isCut, levels, errors }) =>
    source === 'none'
      ? 'nobody here has a log of the service'
      : [
          `${instance ?? 'the server'}: ${isCut ? 'the last ' : ''}${nLines} lines, ${levels.error} of errors, ${levels.warning} of warnings`,
          ...errors.slice(0, nNamed).map(logErrorText),
        ].join('; '),
});
