import type { HookAnswer } from '../../../app/operations/_hooks.ts';
import { bad, dim, good, type Line, strong, warn } from '../line.ts';

/** What is known is told so far: more is in the answer as JSON. */
const maxShown = 40;

interface Answer extends HookAnswer {
  readonly memory?: readonly { readonly ref: string; readonly text: string }[] | string | null;
}

/** Renders what a hook answers. */
export function renderHook({ ok, sentence, found, notDone, evidence, memory }: Answer): readonly Line[] {
  const known = Array.isArray(memory) ? (memory as readonly { ref: string; text: string }[]) : [];
  return [
    [ok ? good('✓ ') : bad('stop '), ok ? sentence : strong(sentence)],
    ...found.slice(0, maxShown).map((one): Line => ['  ', one]),
    ...(found.length > maxShown ? [[dim(`  and ${found.length - maxShown} more`)] as Line] : []),
    ...notDone.map((one): Line => [warn('  not done '), one]),
    ...known.flatMap(({ ref, text }): Line[] => [
      [strong(`  ${ref}`), dim(', as its author says:')],
      ...text
        .trimEnd()
        .split('\n')
        .map((line): Line => ['    ', line]),
    ]),
    ...(evidence.length === 0 ? [] : [[dim(`  ${evidence.join(' ')}`)] as Line]),
  ];
}

/** Renders `hooks init`. */
export const renderHooksInit = ({
  state,
  path,
  hooks,
  text,
}: {
  state: string;
  path: string;
  hooks: readonly string[];
  text: string;
}): readonly Line[] => [
  state === 'planned'
    ? [`Would write `, strong(path)]
    : state === 'same'
      ? ['It is there already: ', strong(path)]
      : [good('✓ '), 'Written: ', strong(path)],
  ...(state === 'planned'
    ? text
        .trimEnd()
        .split('\n')
        .map((line): Line => ['  ', line])
    : hooks.map((hook): Line => ['  ', hook])),
];
