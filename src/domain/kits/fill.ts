import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../definitions/did-you-mean.ts';
import { type LocatedText, positionAt } from '../definitions/locator.ts';
import type { PlannedFile } from '../plans/plan.ts';
import { type Kit, placeholder } from './kit.ts';

type Values = Readonly<Record<string, string | null>>;

/** What a kit writes, with its parameters filled in. */
export interface FilledKit {
  readonly files: readonly (PlannedFile & { readonly text: string })[];
  readonly startArguments: readonly string[];
}

/**
 * Fills the parameters in. `texts` holds each file by its `from`. A parameter without a value stays as it stands: `templates show`
 * prints those. What is filled in is not looked at again, nor is the text of a `verbatim` file. Fault `DEFINITION_INVALID` for a
 * placeholder that is no parameter.
 */
export function fillKit(kit: Kit, texts: ReadonlyMap<string, LocatedText>, values: Values): FilledKit {
  return {
    files: kit.files.map(({ from, to, verbatim }) => {
      const source = texts.get(from);
      if (source === undefined) throw new Error(`${from} of ${kit.id} was not read`);
      return { path: fill(to, values), text: verbatim ? source.text : fill(source.text, values, source) };
    }),
    startArguments: kit.startArguments.map((one) => fill(one, values)),
  };
}

const keepHint = 'Name it below `parameters`, or write `verbatim: true` beside the file where its braces are its own.';

function fill(text: string, values: Values, source?: LocatedText): string {
  return text.replaceAll(placeholder, (found, name: string, offset: number) => {
    if (Object.hasOwn(values, name)) return values[name] ?? found;
    throw new Fault('DEFINITION_INVALID', `${found} is no parameter.${didYouMean(name, Object.keys(values))}`, {
      ...(source === undefined ? {} : { at: positionAt(source, offset), hints: [keepHint] }),
      state: 'Nothing was changed.',
    });
  });
}
