import type { ReportView } from '../../../app/views/report-view.ts';
import { spanText, timeText } from '../../../app/views/text.ts';
import { faultLines } from '../failure.ts';
import { accent, dim, strong, type Line } from '../line.ts';
import { actionLines } from './next-actions.ts';
import { rowsText, stateSpan } from './words.ts';

/** Renders `report`: the sections of the session report, each fact with its row. */
export function renderReport(report: ReportView & { readonly html: string | null }): readonly Line[] {
  const { run, goal, state, by, startedAtMs, endedAtMs, row, fault, sections, wayBack, next, html } = report;
  if (html !== null) return [['written to ', strong(html)]];
  const took = endedAtMs === null ? '' : ` · ${spanText(endedAtMs - startedAtMs)}`;
  return [
    [strong(`${run} · ${goal}`), ' · ', stateSpan(state), dim(` #${row}`)],
    [dim(`asked by ${by}, ${timeText(startedAtMs)}${took}`)],
    ...(fault === null ? [] : faultLines({ ...fault, hints: [] })),
    ...sections.flatMap(({ title, facts }) => [
      ...heading(title),
      ...facts.map((fact): Line => [`  ${fact.sentence}`, dim(rowsText([fact.row]))]),
    ]),
    ...(wayBack.length === 0 ? [] : heading('Way back')),
    ...wayBack.flatMap(({ command, explains, row: seq }): Line[] => [
      ['  ', accent(command)],
      [dim(`      ${explains}${rowsText([seq])}`)],
    ]),
    ...(next.length === 0 ? [] : heading('What to do next')),
    ...next.flatMap(actionLines),
  ];
}

const heading = (title: string): readonly Line[] => ['', [strong(title)]];
