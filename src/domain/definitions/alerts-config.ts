import { z } from 'zod';

import { severities, type Severity } from '../diagnosis/finding.ts';
import { idField } from './fields.ts';
import { durationField, durationText } from './units.ts';

const absoluteFile = z.string().regex(/^\/[^\0]{0,1000}[^/\0]$/, 'has to be an absolute path of a file');

/** Where a secret stands: this file is kept in git. */
const secretField = z
  .string()
  .refine((text) => absoluteFile.safeParse(text).success || /^env:[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(text), {
    message: 'has to be an absolute path of a file that only you can read, or env:NAME',
  });

const urlField = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const problem = webhookProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** Returns what keeps an address from being sent to, or null. */
export function webhookProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)))
    return 'has to be an https:// address, or http:// of this machine';
  return url.username === '' && url.password === '' ? null : 'has a user name or password in it';
}

const shared = { name: idField, least: z.enum(severities).default('warning') };
const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), ...shared, path: absoluteFile }),
  z
    .strictObject({
      kind: z.literal('webhook'),
      ...shared,
      url: urlField.nullable().default(null),
      'url-from': secretField.nullable().default(null),
      'secret-from': secretField,
    })
    .refine((one) => (one.url === null) !== (one['url-from'] === null), {
      message: 'needs either url or url-from',
      path: ['url'],
    }),
  z.strictObject({
    kind: z.literal('command'),
    ...shared,
    argv: z
      .array(z.string().min(1).max(1000))
      .min(1)
      .max(64)
      .refine(([program = '']) => program.startsWith('/'), {
        message: 'has to begin with the absolute path of a program',
      }),
  }),
  z.strictObject({ kind: z.literal('desktop'), ...shared }),
]);

/** Section `alerts` of `orchestrate.yaml`. */
export const alertsSchema = z
  .strictObject({
    targets: z
      .array(targetSchema)
      .max(20)
      .default([])
      .refine((targets) => new Set(targets.map(({ name }) => name)).size === targets.length, {
        message: 'has two targets of one name',
      }),
    'waiting-after': durationField({ least: '1m', most: '30d' }).default(1_800_000),
    gather: durationField({ least: '0s', most: '10m' }).default(10_000),
    'per-hour': z.number().int().min(4).max(1000).default(20),
  })
  .prefault({});

/** Returns the section as the program uses it. */
export const alertsOf = (section: z.infer<typeof alertsSchema>): AlertsConfig => ({
  targets: section.targets.map((one) =>
    one.kind === 'webhook'
      ? { ...nameOf(one), kind: one.kind, url: one.url, urlFrom: one['url-from'], secretFrom: one['secret-from'] }
      : one,
  ),
  waitingAfterMs: section['waiting-after'],
  gatherMs: section.gather,
  perHour: section['per-hour'],
});

/** Nobody is told but whoever types `orchestrate`. */
export const defaultAlerts: AlertsConfig = { targets: [], waitingAfterMs: 1_800_000, gatherMs: 10_000, perHour: 20 };

/** Returns the section as it is written; undefined where nothing of it differs from the defaults. */
export function printAlerts({ targets, waitingAfterMs, gatherMs, perHour }: AlertsConfig): object | undefined {
  const isDefault =
    targets.length === 0 &&
    waitingAfterMs === defaultAlerts.waitingAfterMs &&
    gatherMs === defaultAlerts.gatherMs &&
    perHour === defaultAlerts.perHour;
  if (isDefault) return undefined;
  return {
    targets: targets.map((one) =>
      one.kind === 'webhook'
        ? { ...nameOf(one), kind: one.kind, url: one.url, 'url-from': one.urlFrom, 'secret-from': one.secretFrom }
        : one,
    ),
    'waiting-after': durationText(waitingAfterMs),
    gather: durationText(gatherMs),
    'per-hour': perHour,
  };
}

const nameOf = ({ name, least }: { readonly name: string; readonly least: Severity }) => ({ name, least });

/** Somebody who is told, from this severity on. `secretFrom`, `urlFrom`: an absolute path, or `env:NAME`. */
export type AlertTarget = { readonly name: string; readonly least: Severity } & (
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'webhook';
      readonly url: string | null;
      readonly urlFrom: string | null;
      readonly secretFrom: string;
    }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'desktop' }
);

/** Who is told of alerts, and how often. */
export interface AlertsConfig {
  readonly targets: readonly AlertTarget[];
  /** A question or approval that waits longer is an alert. */
  readonly waitingAfterMs: number;
  /** How long an alert is kept back, so that what explains it can come. */
  readonly gatherMs: number;
  /** Notices to one target within an hour, at most. */
  readonly perHour: number;
}
