import { visibleText } from '../../base/visible-text.ts';
import { impactText } from '../../domain/diagnosis/impact.ts';
import type { Signature } from '../../domain/diagnosis/signature.ts';
import type { Row } from './journal-reader.ts';
import { countText, timeText } from './text.ts';

type Found = Row<'diagnosis.found'>;

/** Rows that a page lists one by one. */
const maxTimes = 30;

/** Returns what is on record of a failure as a page in Markdown. `rows`: oldest first, at least one. What logs say stands in a block of code. */
export function findingPage(signature: Signature, rows: readonly Found[]): string {
  const { id, name, cause, repair } = signature;
  const newest = rows.at(-1);
  const hits = newest?.data.hits === undefined ? null : impactText(newest.data.hits);
  const times = rows.reduce((sum, { data }) => sum + data.times, 0);
  const first = rows[0];
  return [
    `# ${id} ${name}`,
    '',
    `Seen ${countText(times, 'time')}, first ${timeText(first?.atMs ?? 0)}, last ${timeText(newest?.atMs ?? 0)}.`,
    ...(hits === null ? [] : [hits]),
    '',
    '## Why, and what mends it',
    '',
    cause,
    '',
    `${repair.sentence} (${whoMay[repair.how]})`,
    ...repair.preconditions.map((one) => `- before: ${one}`),
    '',
    `Helped when ${repair.check}.`,
    '',
    '## When it was seen',
    '',
    ...(rows.length > maxTimes ? [`The newest ${maxTimes} of ${rows.length} rows.`, ''] : []),
    ...rows
      .slice(-maxTimes)
      .map(
        ({ seq, atMs, data }) =>
          `- ${timeText(atMs)} ${data.instance}: ${plain(data.sentence)} ${countText(data.times, 'time')} #${seq}`,
      ),
    '',
    '## What showed it last',
    '',
    ...(newest?.data.evidence ?? []).map(({ line, text }) => `    ${line}: ${visibleText(text).slice(0, 400)}`),
    '',
  ].join('\n');
}

const whoMay = { automatic: 'a program may', approval: 'a program may, after a yes', never: 'a person only' } as const;

/** Text of anybody as plain text: nothing in it is a link, a picture or a heading. */
const plain = (text: string): string => visibleText(text).replace(/[\\`*_{}[\]<>#|!]/g, String.raw`\$&`);
