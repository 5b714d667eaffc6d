/** A word of a goal or a trigger. */
export interface GoalWord {
  /** As it was written, in lower case. */
  readonly text: string;
  /** The one word that stands for it and for its synonyms. */
  readonly canonical: string;
}

/** A part of a trigger: a word, or a place for one word that becomes an input. */
export type TriggerWord = ({ readonly kind: 'word' } & GoalWord) | { readonly kind: 'input'; readonly name: string };

const synonyms: ReadonlyMap<string, string> = new Map(
  Object.entries({
    upgrade: ['update', 'bump', 'updating', 'upgrading', 'renew'],
    pytorch: ['torch'],
  }).flatMap(([word, others]) => others.map((other) => [other, word] as const)),
);

/** Words that change nothing about what is meant. Never a word that could turn or narrow a goal: not, only, and, all. */
const fillers: ReadonlySet<string> = new Set(
  'a an the my our please now just safely carefully to into version release latest newest current package library module in of for'.split(
    ' ',
  ),
);

/** Returns the words of a goal in order, without case, punctuation and filler words. Package names keep `-`, `_` and `.`. */
export function wordsOfGoal(text: string): readonly GoalWord[] {
  return plainWords(text)
    .filter((word) => !fillers.has(word))
    .map(goalWord);
}

/** Returns the parts of a trigger such as `upgrade {package}`. */
export function wordsOfTrigger(trigger: string): readonly TriggerWord[] {
  return trigger.split(/\s+/).flatMap((part): readonly TriggerWord[] => {
    const name = inputPattern.exec(part)?.[1];
    if (name !== undefined) return [{ kind: 'input', name }];
    return wordsOfGoal(part).map((word) => ({ kind: 'word', ...word }));
  });
}

/** Returns the names of the inputs that a trigger gives. */
export function inputsOfTrigger(trigger: string): readonly string[] {
  return wordsOfTrigger(trigger).flatMap((word) => (word.kind === 'input' ? [word.name] : []));
}

/** Takes the version out of a goal: `to 2.9.1`, `==2.9.1`, `v2.9.1`, `2.9.1`. Two versions are none: nobody can tell which is meant. */
export function splitVersion(text: string): { readonly rest: string; readonly version: string | undefined } {
  const found = [...text.matchAll(versionPattern)];
  const [only] = found;
  const version = only?.[1] ?? only?.[2];
  if (found.length !== 1 || only === undefined || version === undefined) return { rest: text, version: undefined };
  return {
    rest: `${text.slice(0, only.index)} ${text.slice(only.index + only[0].length)}`,
    version: version.toLowerCase(),
  };
}

/** Takes the path out of a goal: the one word with a slash in it or with the ending `.tar`; quotes keep its blanks. Two are none. */
export function splitFile(text: string): { readonly rest: string; readonly file: string | undefined } {
  const found = [...text.matchAll(filePattern)];
  const [only] = found;
  const file = only?.[1] ?? only?.[2] ?? only?.[3];
  if (found.length !== 1 || only === undefined || file === undefined) return { rest: text, file: undefined };
  return { rest: `${text.slice(0, only.index)} ${text.slice(only.index + only[0].length)}`, file };
}

const filePattern =
  /"([^"]*(?:\/|\.tar)[^"]*)"|'([^']*(?:\/|\.tar)[^']*)'|(?<!\S)([^\s"']*\/[^\s"']*|[^\s"']+\.tar)(?!\S)/g;

const inputPattern = /^\{([^{}]*)\}$/;

// After `to`, `version` or an equals sign one number is enough (`to 2`); alone it has to have a dot, so that
// `python3` or `12 GB` are no versions.
const versionPattern =
  /(?:\s+to\s+(?:version\s+)?v?|\s+version\s+v?|\s*={1,3}\s*v?)(\d+(?:\.\d+)*(?:[a-z]+\d+)?(?:\.(?:post|dev)\d+)?(?:\+[a-z0-9.]+)?)(?=[\s,;!?]|\.?$)|(?<=\s)v?(\d+(?:\.\d+)+(?:[a-z]+\d+)?(?:\.(?:post|dev)\d+)?(?:\+[a-z0-9.]+)?)(?=[\s,;!?]|\.?$)/gi;

function goalWord(text: string): GoalWord {
  return { text, canonical: synonyms.get(text) ?? text };
}

function plainWords(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}._<>=~!'+-]+/u)
    .map((word) => word.replace(/^[.'!-]+|[.'!-]+$/g, ''))
    .filter((word) => word !== '');
}
