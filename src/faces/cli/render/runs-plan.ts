import { shortId } from '../../../app/views/text.ts';
import { accent, dim, strong, type Line } from '../line.ts';
import { rowsText } from './words.ts';

interface WrittenPlanView {
  readonly run: string;
  readonly text: string;
  readonly sha256: string;
  readonly provider: string;
  readonly model: string;
  readonly nAsked: number;
  readonly row: number;
}

/** Renders `runs plan`: the playbook as it was checked, line by line. */
export function renderRunsPlan({ run, text, sha256, provider, model, nAsked, row }: WrittenPlanView): readonly Line[] {
  const asked = nAsked === 1 ? '' : `, at the ${nAsked}. asking`;
  return [
    [strong(`Plan of ${run}`), ` · written by ${provider}/${model}${asked} · ${shortId(sha256)}`, dim(rowsText([row]))],
    ...text
      .trimEnd()
      .split('\n')
      .map((line): Line => [`  ${line}`]),
    [dim('to keep it: '), accent(`orchestrate playbooks save ${run} --as <id>`)],
  ];
}
