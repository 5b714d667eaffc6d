import { runId } from '../../base/ids.ts';
import type { Mail } from '../../domain/bus/mail.ts';
import { type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { accepted } from '../requests/handler.ts';

/**
 * Creates the machine of a run in the commit that answers its request, or that is done with the message that asked for it. `keys` make
 * its first row findable by what started it.
 */
export async function createRun(
  engine: Engine,
  options: Omit<JournalKinds['run.created'], 'run'>,
  { keys = [], mail }: { readonly keys?: readonly string[]; readonly mail?: Mail } = {},
): Promise<string> {
  const run = runId(engine.numbers.next('run'));
  const { request } = options;
  await engine.host.create(
    'run',
    run,
    { subject: run, previewOnly: options.options.previewOnly },
    {
      rows: [row('run.created', { run, ...options }, { run, keys: [`run:${run}`, ...keys] })],
      answers: request === null ? [] : accepted(request, run, `${run} is on its way.`),
      ...(mail === undefined ? {} : { mail }),
    },
  );
  return run;
}
