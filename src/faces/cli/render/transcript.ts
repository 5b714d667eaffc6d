import { timeText } from '../../../app/views/text.ts';
import type { ConversationView } from '../../../app/views/transcript-view.ts';
import { visibleText } from '../../../base/visible-text.ts';
import { accent, bad, dim, strong, type Line } from '../line.ts';

type Said = ConversationView['said'][number];

/** More lines of one answer of a tool are not shown; `--json` has all. */
const maxToolLines = 40;

/** Renders what was said. All of it was written by others: whatever steers a terminal is shown as an escape. */
export const renderConversations = (conversations: readonly ConversationView[]): readonly Line[] =>
  conversations.flatMap(({ conversation, said }): readonly Line[] => [
    '',
    [strong(conversation)],
    ...said.flatMap(saidLines),
  ]);

function saidLines(said: Said): readonly Line[] {
  const head = [dim(`${timeText(said.atMs)} `), whoSpan(said), ...priceSpans(said)] satisfies Line;
  const lines = said.text === '' ? [] : said.text.split('\n');
  const shown = said.who === 'tool' ? lines.slice(0, maxToolLines) : lines;
  return [
    head,
    ...shown.map((line): Line => [`  ${visibleText(line)}`]),
    ...(shown.length < lines.length
      ? [[dim(`  … ${lines.length - shown.length} more lines (--json)`)] satisfies Line]
      : []),
    ...said.calls.map((call): Line => [
      '  → ',
      accent(visibleText(call.tool)),
      dim(` ${visibleText(call.arguments).slice(0, 300)}`),
    ]),
  ];
}

function whoSpan({ who, isError, model, call }: Said) {
  switch (who) {
    case 'asked':
      return 'asked';
    case 'note':
      return dim('note');
    case 'model':
      return accent(visibleText(model ?? 'the model'));
    case 'tool':
      return isError ? bad(`← ${visibleText(call ?? '')} failed`) : dim(`← ${visibleText(call ?? '')}`);
  }
}

const priceSpans = ({ outputTokens, costMicroUsd }: Said) =>
  outputTokens === null
    ? []
    : [
        dim(
          ` · ${outputTokens} tokens out${costMicroUsd === null ? '' : ` · $${(costMicroUsd / 1_000_000).toFixed(4)}`}`,
        ),
      ];
