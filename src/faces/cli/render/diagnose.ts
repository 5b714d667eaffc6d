import type { DiagnosisView } from '../../../app/views/diagnosis-view.ts';
import { countText } from '../../../app/views/text.ts';
import type { ShownBy } from '../../../domain/diagnosis/signature.ts';
import type { Line, Span } from '../line.ts';
import { bad, dim, good, strong, warn } from '../line.ts';
import { table } from './table.ts';

/** Findings without a part in pictures or starts are counted beyond this many. */
const maxShown = 30;

/** Renders `diagnose`: roots with what follows from them, tests, what nobody knows. */
export function renderDiagnosis(view: DiagnosisView): readonly Line[] {
  const { findings, tests, unknown } = view;
  return [
    [dim(`read ${view.lines} lines of ${view.logs.join(', ')}`)],
    ...(view.prompts.begun === 0
      ? []
      : [
          [
            dim(
              `${countText(view.prompts.begun, 'prompt')}, ${view.prompts.finished} ended, ${view.prompts.failed} of them with an error`,
            ),
          ] satisfies Line,
        ]),
    ...view.noText.map((path): Line => [
      warn(`${path} is no text (a binary file, or UTF-16): what it says was not understood.`),
    ]),
    ...(findings.length === 0 && view.noText.length < view.logs.length ? ['', noneText(view)] : []),
    ...findings.slice(0, maxShown).flatMap((one) => findingLines(one, tests)),
    ...(findings.length > maxShown ? [`… and ${findings.length - maxShown} more: --json`] : []),
    ...(unknown.length === 0 ? [] : ['', 'Lines that look like errors and that nobody knows:']),
    ...unknown
      .slice(0, 5)
      .map((one): Line => [`  ${one.times}× `, one.shape.slice(0, 160), dim(`  line ${one.evidence.line}`)]),
  ];
}

const noneText = ({ noText }: DiagnosisView): string =>
  noText.length === 0 ? 'No known failure shows in it.' : 'No known failure shows in the rest.';

function findingLines(one: DiagnosisView['findings'][number], tests: DiagnosisView['tests']): readonly Line[] {
  const [first] = one.evidence;
  const root = one.because === null ? [] : [dim(` follows from ${one.because}`)];
  const inset = one.because === null ? '' : '  ';
  const hits = one.impact?.sentence ?? null;
  return [
    '',
    [
      inset,
      severitySpan(one.severity),
      ' ',
      strong(one.signature),
      ` ${one.sentence}`,
      ...root,
      dim(one.times > 1 ? ` ${one.times}×` : ''),
    ],
    ...(first === undefined
      ? []
      : [[dim(`${inset}  line ${first.line}: ${first.text.trim().slice(0, 140)}`)] satisfies Line]),
    ...(one.because === null ? [[`${inset}  why: ${one.cause}`] satisfies Line] : []),
    ...(hits === null ? [] : [[`${inset}  ${hits}`] satisfies Line]),
    ...tests
      .filter(({ signature }) => signature === one.signature)
      .map((test): Line => [
        `${inset}  tested: ${test.test}: `,
        test.outcome === 'ruled out' ? good(test.outcome) : test.outcome,
        `. ${test.sentence}`,
      ]),
    ...(one.because === null && one.notSeen.length > 0
      ? [[dim(`${inset}  not seen: ${one.notSeen.join(', ')}`)] satisfies Line]
      : []),
    [`${inset}  ${whoMay(one.repair.how, one.owner)}: ${one.repair.sentence}`],
    ...(one.repair.command === null ? [] : [[`${inset}  type: ${one.repair.command}`] satisfies Line]),
    ...(one.isOver ? [[good(`${inset}  Prompts ended well since.`)] satisfies Line] : []),
  ];
}

/** Who may, not who does: see `nobodyDoes`. */
function whoMay(how: DiagnosisView['findings'][number]['repair']['how'], owner: string): string {
  if (owner === 'person' || how === 'never') return 'a person';
  return how === 'approval' ? `${owner}, after a yes` : `${owner}, without a yes`;
}

const nobodyDoes = 'This says who may: nothing is mended by itself.';

function severitySpan(severity: DiagnosisView['findings'][number]['severity']): Span {
  if (severity === 'critical') return bad(severity);
  return severity === 'warning' ? warn(severity) : dim(severity);
}

type Listed = {
  readonly id: string;
  readonly name: string;
  readonly severity: DiagnosisView['findings'][number]['severity'];
  readonly owner: string;
  readonly repair: DiagnosisView['findings'][number]['repair']['how'];
  readonly cause: string;
};

/** Renders `diagnose list`. */
export const renderDiagnoseList = ({ signatures }: { readonly signatures: readonly Listed[] }): readonly Line[] => [
  ...table(
    ['', 'failure', '', 'who may mend it', 'why it happens'],
    signatures.map((one) => [
      strong(one.id),
      one.name,
      severitySpan(one.severity),
      whoMay(one.repair, one.owner),
      one.cause,
    ]),
  ),
  '',
  dimLine(nobodyDoes),
];

type Shown = Omit<Listed, 'repair'> & {
  readonly sentence: string;
  readonly pattern: string | null;
  readonly explains: readonly string[];
  readonly followsFrom: readonly string[];
  readonly repair: DiagnosisView['findings'][number]['repair'] & { readonly shownBy: ShownBy | null };
};

const shownByText: Readonly<Record<ShownBy, string>> = {
  start: 'the next start of the service is without it',
  prompt: 'a prompt ends well after it',
  card: 'the driver answers, with a card',
  room: 'every disk has room again',
  node: 'the service lists the node',
};

/** Renders `diagnose show`. */
export const renderDiagnoseShow = (one: Shown): readonly Line[] => [
  [severitySpan(one.severity), ' ', strong(one.id), ` ${one.name}: ${one.sentence}`],
  `  why: ${one.cause}`,
  ...(one.followsFrom.length === 0 ? [] : [`  may follow from: ${one.followsFrom.join(', ')}`]),
  ...(one.explains.length === 0 ? [] : [`  explains: ${one.explains.join(', ')}`]),
  dimLine(one.pattern === null ? '  seen by: no line of a log' : `  seen by: ${one.pattern}`),
  '',
  `  ${whoMay(one.repair.how, one.owner)}: ${one.repair.sentence}`,
  ...(one.repair.command === null ? [] : [`  type: ${one.repair.command}`]),
  ...one.repair.preconditions.map((text) => `  before: ${text}`),
  `  it helped when: ${one.repair.check}`,
  `  its alert ends when: ${one.repair.shownBy === null ? 'a person says so' : shownByText[one.repair.shownBy]}`,
  dimLine(`  ${nobodyDoes}`),
];

const dimLine = (text: string): Line => [dim(text)];
