import { z } from 'zod';

const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytesPerUnit: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Returns the milliseconds of `500ms`, `90s`, `10m`, `2h`, `14d` (a space may stand before the unit), or undefined. */
export function findDurationMs(text: string): number | undefined {
  return measure(text, /^(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|m|h|d)$/, msPerUnit);
}

/** Returns the bytes of `512 MiB`, `2 GB`, `1.5 GiB` (the space may be left out), rounded, or undefined. */
export function findSizeBytes(text: string): number | undefined {
  return measure(text, /^(\d{1,9}(?:\.\d{1,3})?) ?(B|[KMGT]i?B)$/, bytesPerUnit);
}

/** Returns milliseconds as the shortest text that `findDurationMs` reads back. */
export function durationText(ms: number): string {
  // Seconds of a configuration times a thousand may be a hair off: 256.4 s is 256399.99… ms.
  return measureText(Math.round(ms), ['d', 'h', 'm', 's', 'ms'], msPerUnit).replace(' ', '');
}

/** Returns bytes as the shortest text that `findSizeBytes` reads back. */
export function sizeText(bytes: number): string {
  return measureText(bytes, ['TiB', 'GiB', 'MiB', 'KiB', 'TB', 'GB', 'MB', 'KB', 'B'], bytesPerUnit);
}

/** Field that is written like `90s` or `10m`, as milliseconds; `least` and `most` are written the same way. */
export function durationField({
  least,
  most,
}: {
  readonly least: string;
  readonly most: string;
}): z.ZodType<number, string> {
  return measureField(findDurationMs, { least, most, form: 'a time like 90s, 10m or 2h', example: '10m' });
}

/** Field that is written like `2 GiB`, as bytes. */
export function sizeField({
  least,
  most,
}: {
  readonly least: string;
  readonly most: string;
}): z.ZodType<number, string> {
  return measureField(findSizeBytes, { least, most, form: 'a size like 512 MiB or 2 GiB', example: '2 GiB' });
}

type Find = (text: string) => number | undefined;

function measureField(
  find: Find,
  { least, most, form, example }: { least: string; most: string; form: string; example: string },
): z.ZodType<number, string> {
  const problem = `has to be ${form}, from ${least} to ${most}`;
  return z
    .string({ error: problem })
    .transform((text, context) => {
      const amount = find(text);
      if (amount !== undefined && amount >= (find(least) ?? 0) && amount <= (find(most) ?? 0)) return amount;
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    })
    .meta({ description: `${form.replace(/^a/, 'A')}, from ${least} to ${most}.`, examples: [example] });
}

function measure(text: string, pattern: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const [, amount, unit] = pattern.exec(text) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

function measureText(amount: number, names: readonly string[], units: Readonly<Record<string, number>>): string {
  const name = names.find((unit) => amount !== 0 && amount % (units[unit] ?? 1) === 0) ?? names.at(-1) ?? '';
  return `${amount / (units[name] ?? 1)} ${name}`;
}
