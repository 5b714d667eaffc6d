import type { DiffView } from '../../../app/operations/_change-diff.ts';
import { roomText, shortId } from '../../../app/views/text.ts';
import { nameText } from '../display-text.ts';
import { accent, bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { quotedName } from './quoted-name.ts';
import { table } from './table.ts';

/** A longer line is no text that people read: the rest is told by its length. */
const MOST_CHARACTERS = 2_000;

/** Renders `review diff`: the files, then what changes in them line by line, then what that leaves out. */
export function renderReviewDiff(diff: DiffView): readonly Line[] {
  const { patch, leftOut } = diff;
  return [
    ...diffHead(diff),
    ...(patch === '' ? [] : ['', ...diffLines(patch)]),
    ...(leftOut.length === 0 ? [] : ['', ...leftOut.map((sentence): Line => [warn('! '), sentence])]),
  ];
}

/** Returns between which trees the diff is, and the files. */
export function diffHead({ change, draft, from, to, isExact, files, page, isEnd }: DiffView): readonly Line[] {
  const target = isExact
    ? `exact tree ${shortId(to)}, which is what merges`
    : `proposed tree ${shortId(to)}, not gated yet`;
  const pages = page === 1 && isEnd ? '' : ` · page ${page}${isEnd ? ', the last' : ''}`;
  const head: Line = [
    strong(`${change}${draft === 1 ? '' : `, draft ${draft}`}`),
    dim(` · the branch's tree ${shortId(from)} → ${target}${pages}`),
  ];
  if (files.length === 0) return [head, [dim('no file differs')]];
  return [head, ...table(['', 'file', 'lines', 'size'], files.map(fileCells)).slice(1)];
}

const marks = { added: good('+'), changed: accent('~'), removed: bad('−') } as const;

function fileCells({ path, kind, before, after, shown, added, removed }: DiffView['files'][number]): readonly Span[] {
  const lines =
    shown === 'binary'
      ? warn('binary')
      : added === null || removed === null
        ? warn(shown === 'too-large' ? 'large' : '?')
        : `+${added} −${removed}`;
  const sizes = [before, after].flatMap((side) => (side === null ? [] : [roomText(side.sizeBytes)]));
  return [marks[kind], nameText(path), lines, dim(`${sizes.join(' → ')}${modeText(before, after)}`)];
}

/** Git's modes in words: where one is not a plain file, or it becomes another. */
function modeText(before: { mode: string } | null, after: { mode: string } | null): string {
  const word = (mode: string): string => ({ '100755': 'program', '120000': 'link' })[mode] ?? 'file';
  const [was, is] = [before, after].map((side) => (side === null ? undefined : word(side.mode)));
  if (was !== undefined && is !== undefined && was !== is) return `, ${was} → ${is}`;
  const mode = is ?? was;
  return mode === undefined || mode === 'file' ? '' : `, ${mode}`;
}

/** Returns a patch as lines: what is added, what is taken away, where. Nothing in it can steer a terminal: lines are escaped when they are printed. */
export function diffLines(patch: string): readonly Line[] {
  if (patch === '') return [[dim('no file differs')]];
  const lines: Line[] = [];
  // A page may begin inside of a file. Lines of a content begin with a blank, `+` or `-`: no content can look like a header's first line.
  let isHead = false;
  for (const text of patch.replace(/\n$/, '').split('\n')) {
    if (text.startsWith('diff --git ')) isHead = true;
    else if (text.startsWith('@@')) isHead = false;
    // Ids of objects say nothing to people; what they stand for follows.
    if (isHead && /^index [0-9a-f]{40}\.\./.test(text)) continue;
    lines.push(isHead ? headLine(text) : contentLine(text));
  }
  return lines;
}

function headLine(text: string): Line {
  if (text.startsWith('diff --git ')) return [strong(gitHeader(text))];
  const file = /^(--- |\+\+\+ |rename from |rename to )(.*)$/.exec(text);
  return [dim(file === null ? text : `${file[1]}${quotedName(file[2] ?? '')}`)];
}

/** What is taken away may begin with `--` itself: it must not look like the name of a file. */
function contentLine(text: string): Line {
  if (text.startsWith('@@')) return [accent(text)];
  if (text.startsWith('+')) return [good(shortened(text))];
  return text.startsWith('-') ? [bad(shortened(text))] : shortened(text);
}

const gitHeader = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/g, (name) => quotedName(name)).replace('diff --git ', 'diff ');

function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)} … and ${text.length - MOST_CHARACTERS} characters more`;
}
