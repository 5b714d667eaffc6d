import { z } from 'zod';

import { checkShape } from '../definitions/check-shape.ts';
import { idField, titleField } from '../definitions/fields.ts';
import type { LocatedText } from '../definitions/locator.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';
import { durationField, durationText } from '../definitions/units.ts';
import {
  maxCatchUpMost,
  maxPauseAfter,
  maxSchedules,
  overlaps,
  type Schedule,
  scheduleDefaults as defaults,
  scheduleProblems,
} from './schedule.ts';
import { findWithin, withinText } from './window-text.ts';

/** Where schedules are declared: a file of the branch, in the scope of ops-maint. */
export const schedulesFile = 'ops/schedules.yaml';

const inputField = z.string().max(1000);

const entryField = z.strictObject({
  title: titleField.nullable().default(null),
  cron: z.string().min(1).max(100),
  zone: z.string().min(1).max(64).nullable().default(null),
  goal: z.string().trim().min(1).max(500).nullable().default(null),
  playbook: idField.nullable().default(null),
  inputs: z.record(idField, inputField).default({}),
  overlap: z.enum(overlaps).default(defaults.overlap),
  'catch-up': durationField({ least: '0s', most: '7d' }).default(defaults.catchUpMs),
  'catch-up-most': z.number().int().min(1).max(maxCatchUpMost).default(defaults.catchUpMost),
  jitter: durationField({ least: '0s', most: '1h' }).default(defaults.jitterMs),
  'pause-after': z.number().int().min(1).max(maxPauseAfter).nullable().default(defaults.pauseAfter),
  if: z.string().min(1).max(300).nullable().default(null),
  within: z.string().min(1).max(100).nullable().default(null),
});

const fileSchema = (localZone: string, nowMs: number) =>
  z
    .strictObject({
      schedules: z
        .record(idField, entryField)
        .default({})
        .refine((all) => Object.keys(all).length <= maxSchedules, `may be ${maxSchedules} at most`),
    })
    .superRefine(({ schedules }, context) => {
      for (const [id, entry] of Object.entries(schedules)) {
        const issue = (field: string, message: string): void =>
          context.addIssue({ code: 'custom', message, path: ['schedules', id, field] });
        const schedule = scheduleOf(id, entry, localZone);
        for (const { field, message } of scheduleProblems(schedule, nowMs)) issue(field, message);
        if (entry.within !== null && schedule.within === null)
          issue('within', 'has to be times such as "sat,sun 02:00-05:00"');
      }
    });

/**
 * Returns the schedules of `ops/schedules.yaml`, each without a yes: a file cannot say one, only a person at `schedule add`.
 *
 * ```yaml
 * schedules:
 *   nightly-maintenance:
 *     cron: '0 3 * * *'
 *     zone: Europe/Zurich      # that of the machine when left out
 *     playbook: maintenance    # or goal: what you would type after `orchestrate run`
 *     inputs: {}
 *     overlap: skip            # queue, cancel-old: while the run before goes on
 *     catch-up: 1h             # how late it may still start
 *     catch-up-most: 1
 *     jitter: 0s
 *     pause-after: 3           # failures in a row; null: never
 *     if: 'conditions["env-setup:environment_stable"]'
 *     within: 'sat,sun 02:00-05:00'
 * ```
 * Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 */
export function parseSchedules(
  source: LocatedText,
  { localZone, nowMs }: { readonly localZone: string; readonly nowMs: number },
): readonly Schedule[] {
  const parsed = parseYaml(source);
  // An empty file declares none.
  const located = parsed.value === null ? { ...parsed, value: {} } : parsed;
  const { schedules } = checkShape(fileSchema(localZone, nowMs), located);
  return Object.entries(schedules).map(([id, entry]) => scheduleOf(id, entry, localZone));
}

function scheduleOf(id: string, entry: z.infer<typeof entryField>, localZone: string): Schedule {
  const { cron, playbook, inputs, overlap } = entry;
  const title = entry.title ?? id;
  const zone = entry.zone ?? localZone;
  return {
    ...{ id, title, cron, zone, playbook, inputs, overlap, yes: false },
    goal: entry.goal ?? title,
    catchUpMs: entry['catch-up'],
    catchUpMost: entry['catch-up-most'],
    jitterMs: entry.jitter,
    pauseAfter: entry['pause-after'],
    onlyIf: entry.if,
    within: entry.within === null ? null : (findWithin(entry.within, zone) ?? null),
  };
}

/** Returns schedules as `ops/schedules.yaml`. A yes is left out: whoever declares a schedule there does not say it. */
export function printSchedules(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return 'schedules: {}\n';
  const lines = schedules.flatMap((one) => [`  ${one.id}:`, ...fieldLines(one).map((line) => `    ${line}`)]);
  return `schedules:\n${lines.join('\n')}\n`;
}

/** Texts are written as JSON, which is YAML: nothing in them can be taken for something else. */
function fieldLines(one: Schedule): readonly string[] {
  const text = (name: string, value: string | null): string[] =>
    value === null ? [] : [`${name}: ${JSON.stringify(value)}`];
  return [
    ...text('title', one.title),
    ...text('cron', one.cron),
    ...text('zone', one.zone),
    ...(one.goal === one.title ? [] : text('goal', one.goal)),
    ...text('playbook', one.playbook),
    ...(Object.keys(one.inputs).length === 0 ? [] : [`inputs: ${JSON.stringify(one.inputs)}`]),
    ...text('overlap', one.overlap),
    ...text('catch-up', durationText(one.catchUpMs)),
    `catch-up-most: ${one.catchUpMost}`,
    ...text('jitter', durationText(one.jitterMs)),
    `pause-after: ${one.pauseAfter === null ? 'null' : one.pauseAfter}`,
    ...text('if', one.onlyIf),
    ...text('within', one.within === null ? null : withinText(one.within)),
  ];
}
