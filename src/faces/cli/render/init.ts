import type { ClaudeReport } from '../../../app/for-claude-code/set-up.ts';
import type { InitReport } from '../../../app/init/report.ts';
import { commandLine, countText, shortId } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

const MOST_PACKAGES = 8;

/** Renders `init`: what was found, and everything that is or would be written. */
export function renderInit(report: InitReport | ClaudeReport): readonly Line[] {
  if ('for' in report) return renderForClaudeCode(report);
  return report.program === null ? renderComfy(report) : renderService(report, report.program);
}

function renderForClaudeCode({ state, files, undo }: ClaudeReport): readonly Line[] {
  if (state === 'same') return ['It is there already: nothing was written.'];
  return [
    ...files
      .filter((one) => one.state !== 'same')
      .flatMap(({ path, text, state: which }): readonly Line[] => [
        [strong(path), dim(which === 'new' ? ' (new)' : ' (what is there stays)')],
        ...(state === 'planned' ? text.trimEnd().split('\n') : []),
      ]),
    ...(state === 'planned' ? [] : [[good('written')] satisfies Line]),
    ...undo.map((one): Line => [dim('to take it back: '), one]),
  ];
}

function renderComfy(report: InitReport): readonly Line[] {
  const {
    state,
    home,
    branch,
    port,
    mode,
    layout,
    found,
    grade,
    python,
    components,
    packages,
    fates,
    notTaken,
    notes,
    downloadBytes,
    workflows,
    writes,
    restorePoint,
    environment,
    next,
  } = report;
  const isMade = state === 'made';
  const named = packages.slice(0, MOST_PACKAGES).map(({ name, version }) => `${name} ${version}`);
  const rows = components.map(({ id, path, source, commit, files, note, edits }): Span[] => [
    strong(id),
    commit === null ? 'no git' : shortId(commit),
    files === null ? '–' : String(files),
    path,
    [source, note, edits === null ? null : `${countText(edits, 'file')} edited`]
      .filter((one) => one !== null)
      .join(' · '),
  ]);
  return [
    [
      strong(home),
      ` · ${branch} · production on :${port}${mode === 'none' ? ', started by nobody here' : ''} · Python ${python ?? 'unknown'}`,
    ],
    ...(layout === null ? [] : [layout.sentence]),
    found === null
      ? 'environment: none is borrowed; one is built from a lock with hashes'
      : `environment: ${found.prefix} (${found.manager}), ${found.how}: used where it lies, nothing is built`,
    ...table(['component', 'commit', 'files', 'folder', 'source'], rows),
    `${countText(packages.length, 'package')}: ${named.join(' · ')}${packages.length > MOST_PACKAGES ? ` and ${packages.length - MOST_PACKAGES} more` : ''}${downloadBytes === null || downloadBytes === 0 ? '' : ` · ${megabytes(downloadBytes)} to download`}`,
    ...(fates.length === 0 ? [] : ['not on the index; in a new environment:']),
    ...fates.map(({ name, version, sentence }): Line => ['  ', strong(`${name} ${version}`), ` ${sentence}`]),
    ...notTaken.map(({ path, why }) => `not taken: ${path} (${why})`),
    ...notes.map((note) => `note: ${note}`),
    workflows.length === 0
      ? dimLine('no workflow of yours has to run: what draws a picture is not proven')
      : `workflows that have to run: ${workflows.join(', ')}`,
    [dim(isMade ? 'written, and nothing else:' : 'would be written, and nothing else:')],
    ...writes.map((path) => `  ${path}`),
    ...(isMade
      ? [
          [
            good('Done: '),
            `restore/${restorePoint ?? '0000'} names what was found (${grade}); environment ${environment?.slice(0, 12) ?? 'not built'}`,
          ] satisfies Line,
        ]
      : []),
    ...next.map(nextLine),
  ];
}

function renderService(report: InitReport, program: NonNullable<InitReport['program']>): readonly Line[] {
  const { state, home, branch, port, mode, notes, writes, restorePoint, next } = report;
  const isMade = state === 'made';
  return [
    [strong(home), ` · ${branch} · production on :${port}${mode === 'none' ? ', started by nobody here' : ''}`],
    `start: ${commandLine(program.start)}`,
    `ready: ${program.ready} answers with 2xx`,
    program.setup.length === 0 ? 'set-up: none' : `set-up: ${commandLine(program.setup)}`,
    program.checks.length === 0
      ? dimLine('checks: none; a change is proven by a start alone')
      : `checks: ${program.checks.map(commandLine).join(' · ')}`,
    'environment: not looked after; a way back brings files back exactly, and nothing that is installed on this machine',
    ...notes.map((note) => `note: ${note}`),
    [dim(isMade ? 'written, and nothing else:' : 'would be written, and nothing else:')],
    ...writes.map((path) => `  ${path}`),
    ...(isMade ? [[good('Done: '), `restore/${restorePoint ?? '0000'} names what was found.`] satisfies Line] : []),
    ...next.map(nextLine),
  ];
}

const dimLine = (text: string): Line => [dim(text)];
const megabytes = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
