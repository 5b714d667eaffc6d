import type { ReportView } from '../views/report-view.ts';
import { spanText, timeText } from '../views/text.ts';
import { htmlText } from './escape.ts';
import { pageStyle } from './page-style.ts';

/** How every page of ours begins: only such a file is replaced by a newer one. */
export const pageMark = '<!doctype html>\n<!-- orchestrate report -->\n';

/** The page may load nothing and run nothing, whatever is in it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Returns the report as one page that needs nothing beside itself, no script, and no network. */
export function reportPage(report: ReportView): string {
  const { run, goal, state, by, startedAtMs, endedAtMs, row, fault } = report;
  const took = endedAtMs === null ? 'not ended' : spanText(endedAtMs - startedAtMs);
  const rowMark = rowMarks(report);
  return `${pageMark}<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${htmlText(policy)}">
<meta name="referrer" content="no-referrer">
<title>${htmlText(`${run}: ${goal}`)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${htmlText(goal)}</h1>
<p><strong class="state-${stateClass(state)}">${htmlText(state)}</strong> · ${htmlText(run)} · asked for by ${htmlText(by)} · <time>${timeText(startedAtMs)}</time> · ${took}${rowMark(row)}</p>
${fault === null ? '' : `<p class="fault"><code>${htmlText(fault.code)}</code> ${htmlText(fault.message)}</p>`}
${spansFigure(report)}
${report.sections
  .map(({ title, facts }) =>
    list(
      title,
      facts.map(({ sentence, row: seq }) => `${htmlText(sentence)}${rowMark(seq)}`),
    ),
  )
  .join('\n')}
${list(
  'Way back',
  report.wayBack.map(
    ({ command, explains, row: seq }) => `<pre>${htmlText(command)}</pre>${htmlText(explains)}${rowMark(seq)}`,
  ),
)}
${list(
  'What to do next',
  report.next.map(
    ({ sentence, command, row: seq }) => `${htmlText(sentence)}<pre>${htmlText(command)}</pre>${rowMark(seq)}`,
  ),
)}
${moments(report)}
</main>
</body>
</html>
`;
}

const stateClass = (state: string): string =>
  state === 'done' ? 'good' : ['failed', 'rolledBack'].includes(state) ? 'bad' : 'other';

/** A link where the page has the row; else its number alone. */
function rowMarks({ timeLine }: ReportView): (row: number) => string {
  const known = new Set(timeLine.moments.map(({ row }) => row));
  return (row) =>
    known.has(row) ? ` <a class="row" href="#row-${row}">#${row}</a>` : ` <span class="row">#${row}</span>`;
}

const list = (title: string, items: readonly string[]): string =>
  items.length === 0
    ? ''
    : `<section><h2>${htmlText(title)}</h2><ul>${items.map((item) => `<li>${item}</li>`).join('\n')}</ul></section>`;

/** Steps and stages as bars over the time from the first beginning to the last end. */
function spansFigure({ timeLine: { spans } }: ReportView): string {
  if (spans.length === 0) return '';
  const beginMs = Math.min(...spans.map(({ startedAtMs }) => startedAtMs));
  const wholeMs = Math.max(1, ...spans.map(({ startedAtMs, durationMs }) => startedAtMs + durationMs - beginMs));
  const percent = (ms: number): string => ((100 * Math.max(0, ms)) / wholeMs).toFixed(2);
  const bars = spans.map(
    ({ id, title, ok, startedAtMs, durationMs }) =>
      `<div class="span"><span class="name">${htmlText(id)}</span><span class="track"><span class="bar ${ok ? 'good' : 'bad'}" style="margin-left:${percent(startedAtMs - beginMs)}%;width:max(2px,${percent(durationMs)}%)"></span></span><span class="took">${spanText(durationMs)}</span><span class="what">${htmlText(title)}</span></div>`,
  );
  return `<section><h2>Time line</h2><figure>${bars.join('\n')}</figure></section>`;
}

function moments({ timeLine: { moments: all, nLeftOut } }: ReportView): string {
  if (all.length === 0) return '';
  const rows = all.map(
    ({ row, atMs, kind, sentence }) =>
      `<tr id="row-${row}"><td>#${row}</td><td><time>${timeText(atMs)}</time></td><td><code>${htmlText(kind)}</code></td><td>${htmlText(sentence)}</td></tr>`,
  );
  const cut = nLeftOut === 0 ? '' : `<p>${nLeftOut} rows of the middle are left out.</p>`;
  return `<section><h2>Journal</h2>${cut}<table>${rows.join('\n')}</table></section>`;
}
