import type { JournalReader } from '../views/journal-reader.ts';
import { type ReportView, reportView } from '../views/report-view.ts';
import { spanText, timeText } from '../views/text.ts';
import { markdownCode, markdownText } from './escape.ts';

/** Returns the session report of a run as Markdown. A run that nobody knows is a bug of the caller. */
export function sessionReport(reader: JournalReader, of: { readonly run: string; readonly home: string }): string {
  const report = reportView(reader, of);
  if (report === undefined) throw new Error(`the journal has no run ${of.run}`);
  return reportMarkdown(report);
}

/** Returns the report as Markdown. Every fact ends with the journal row that holds it; commands can be pasted into a shell. */
export function reportMarkdown(report: ReportView): string {
  const { run, goal, state, isFinal, fault, by, startedAtMs, endedAtMs, row, sections } = report;
  const took = endedAtMs === null ? '' : `, ${spanText(endedAtMs - startedAtMs)}`;
  const lines = [
    `# ${run}: ${markdownText(goal)}`,
    '',
    `${isFinal ? 'Ended as' : 'Has not ended; it is'} **${markdownText(state)}**. Asked for by ${markdownText(by)}, ${timeText(startedAtMs)}${took} #${row}`,
    ...(fault === null ? [] : ['', `${fault.code}: ${markdownText(fault.message)}`]),
    ...sections.flatMap(({ title, facts }) => section(title, facts.map(factLine))),
    ...section('Way back', wayBackLines(report)),
    ...section(
      'What to do next',
      report.next.map(
        ({ sentence, command, row: seq }) => `- ${markdownText(sentence)}: ${markdownCode(command)} #${seq}`,
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];

const factLine = ({ sentence, row }: { readonly sentence: string; readonly row: number }): string =>
  `- ${markdownText(sentence)} #${row}`;

function wayBackLines({ wayBack, isFinal, row, run }: ReportView): readonly string[] {
  if (wayBack.length > 0)
    return wayBack.map(
      ({ command, explains, row: seq }) => `- ${markdownCode(command)}: ${markdownText(explains)} #${seq}`,
    );
  return isFinal ? [`- There is nothing to take back: the branch is not where ${run} could have put it. #${row}`] : [];
}
