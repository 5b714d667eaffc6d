import { listText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, strong, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

interface Head {
  readonly id: string;
  readonly title: string;
  readonly kind: string | null;
  readonly origin: 'built-in' | 'yours';
  readonly problem: string | null;
}

interface TemplatesOutput {
  readonly templates: readonly {
    readonly id: string;
    readonly summary: string;
    readonly proves: string;
    readonly begins: string;
    readonly isHere: boolean;
  }[];
  readonly kits: readonly Head[];
}

/** Renders `templates list`: kinds of installation with what a proof shows, then what can be applied. */
export const renderTemplates = ({ templates, kits }: TemplatesOutput): readonly Line[] => [
  ...templates.flatMap(({ id, summary, proves, begins, isHere }): Line[] => [
    [strong(id), `  ${summary}`, dim(isHere ? '  (here)' : '')],
    `  a change is proven when: ${proves}`,
    nextLine(begins),
  ]),
  '',
  ...table(
    ['template', 'kind', '', 'what it is'],
    kits.map(({ id, kind, origin, title, problem }): Span[] => [
      strong(id),
      kind ?? 'unreadable',
      origin === 'yours' ? 'yours' : '',
      problem === null ? title : bad(problem),
    ]),
  ),
  '',
  nextLine('orchestrate templates show <id>'),
];

interface ShownTemplate extends Head {
  readonly description: string;
  readonly dir: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly description: string;
    readonly value: string | null;
    readonly allowed: string;
  }[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly startArguments: readonly string[];
  readonly next: readonly string[];
}

/** Renders `templates show`. */
export function renderTemplateShow(shown: ShownTemplate): readonly Line[] {
  const { id, title, kind, origin, description, dir, parameters, files, startArguments, next } = shown;
  const missing = parameters.filter(({ value }) => value === null).map(({ name }) => `--set ${name}=…`);
  return [
    [strong(id), ` · ${title} · ${kind ?? ''} · ${origin}`, dim(`  ${dir}`)],
    ...description.trimEnd().split('\n'),
    ...parameters.map((one): Line => [
      `  --set ${one.name}=${one.value ?? '…'}  ${one.description}`,
      dim(` (${one.allowed})`),
    ]),
    ...(startArguments.length === 0 ? [] : [`orchestrate.yaml, service.args: ${startArguments.join(' ')}`]),
    ...files.flatMap(({ path, text }): Line[] => [
      '',
      [strong(path)],
      ...text
        .trimEnd()
        .split('\n')
        .map((line): Line => [dim('│ '), line]),
    ]),
    '',
    ...next.map((one): Line => [dim('then: '), one]),
    ...(kind === 'installation' ? [] : [nextLine(['orchestrate templates apply', id, ...missing].join(' '))]),
  ];
}

/** Renders `templates add`. */
export const renderTemplateAdd = (added: {
  readonly id: string;
  readonly title: string;
  readonly dir: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly wasChecked: boolean;
  readonly setAside: string | null;
}): readonly Line[] => [
  [strong(added.id), ` · ${added.title}`, dim(`  ${added.dir}`)],
  `${listText(added.files.map(({ path, sha256 }) => `${path} ${sha256.slice(0, 7)}`))}; ${added.wasChecked ? 'as its own manifest says' : 'it had no manifest of its own'}`,
  ...(added.setAside === null ? [] : [`The one that was here was damaged, and lies in ${added.setAside} now.`]),
  nextLine(`orchestrate templates show ${added.id}`),
];
