import { z } from 'zod';

/** Errors of a log, as a step reports them. */
export const logErrorsSchema = z.array(
  z.object({
    line: z.number().int(),
    lastLine: z.number().int(),
    nTimes: z.number().int(),
    text: z.string(),
  }),
);
type LogErrors = z.infer<typeof logErrorsSchema>;

/** Returns an error as `line 181, 3 times until line 240: …`. */
export const logErrorText = ({ line, lastLine, nTimes, text }: LogErrors[number]): string =>
  `line ${line}${nTimes === 1 ? '' : `, ${nTimes} times until line ${lastLine}`}: ${text}`;
