import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import { diagnose as diagnoseReading } from '../../domain/diagnosis/diagnose.ts';
import { impacts } from '../../domain/diagnosis/impact.ts';
import { createMatcher, type Matcher } from '../../domain/diagnosis/matcher.ts';
import { installedNow } from '../../engine/diagnosis/installed.ts';
import { testCauses } from '../../engine/diagnosis/test-causes.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { diagnosisSchema, diagnosisView } from '../views/diagnosis-view.ts';
import { diagnosisSources, type LogSource } from './_diagnosis-sources.ts';

/** `orchestrate diagnose` */
export const diagnose = defineOperation({
  name: 'diagnose',
  summary: 'Say what is wrong, by the logs.',
  description:
    'Reads logs for 80 known failures, names the pack, package or model to blame, puts what follows from what in order, tests causes where a test changes nothing, and says what mends it. With --log it reads that file and needs no installation. A log is data: nothing in it is obeyed.',
  effect: 'read',
  everyday: true,
  needs: 'none',
  input: z.object({
    log: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('A log of any ComfyUI; left out: what the services of the installation around you wrote.'),
    since: z
      .string()
      .nullable()
      .default(null)
      .describe('Only what was written since, e.g. `1h`. Lines without a time count as the one before.'),
    test: z
      .boolean()
      .default(true)
      .describe(
        'Test causes where that changes nothing: imports, disk, port, card, the first bytes of a model file. Not with --log, as the file may come from another machine.',
      ),
  }),
  output: diagnosisSchema,
  examples: [
    { command: 'orchestrate diagnose', explains: 'What the service of this installation writes.' },
    { command: 'orchestrate diagnose --log comfyui.log', explains: 'Any log, also without an installation.' },
    { command: 'orchestrate diagnose --since 1h --json', explains: 'The last hour, for a program.' },
  ],
  async run(app, { log, since, test }) {
    const nowMs = app.outside.clock.nowMs();
    const sinceMs = since === null ? null : nowMs - requireDuration(since);
    const sources =
      log === null
        ? await diagnosisSources(app, sinceMs)
        : [{ kind: 'file', path: absolutePath(app.cwd, log) } satisfies LogSource];
    const matcher = createMatcher({ sinceMs });
    const noText: string[] = [];
    for (const source of sources) {
      const share = await readInto(app, matcher, source);
      if (source.kind === 'file' && share > maxNoTextShare) noText.push(source.path);
    }
    const reading = matcher.read();
    const found = diagnoseReading(reading);
    // A log that somebody hands over may come from another machine: this one's disk and ports say nothing of it.
    const context = log === null ? { ...(await app.installation()), outside: app.outside } : undefined;
    const tests = test && context !== undefined ? await testCauses(context, found) : [];
    const hit =
      context === undefined ? [] : impacts(found, (id) => findSignature(id)?.stage, await installedNow(context));
    return diagnosisView({ sources, noText, reading, found, hit, tests, digest: app.outside.digest });
  },
});

/** A log in an old encoding has fewer bytes that are no UTF-8; UTF-16 and binary files have more. */
const maxNoTextShare = 0.3;

/** Returns which share of it is no text. */
async function readInto(app: App, matcher: Matcher, source: LogSource): Promise<number> {
  if (source.kind === 'server') {
    matcher.add(
      'server',
      source.lines.map((text, index) => ({ line: index + 1, text })),
    );
    return 0;
  }
  let share = 0;
  for await (const { lines, noTextShare } of app.outside.logFiles.read(source.path, { signal: app.signal })) {
    matcher.add(source.path, lines);
    share = noTextShare;
  }
  return share;
}

function requireDuration(text: string): number {
  const ms = findDurationMs(text);
  if (ms !== undefined) return ms;
  throw new Fault('USAGE_BAD_ARGUMENT', `--since ${JSON.stringify(text)} is no length of time.`, {
    hints: ['orchestrate diagnose --since 1h'],
    state: 'Nothing was changed.',
  });
}
