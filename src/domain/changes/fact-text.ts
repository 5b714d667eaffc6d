/** Words for facts of a footprint whose first part does not say it to a person. */
const words: Readonly<Record<string, string>> = {
  'model-path': 'the model path',
  config: 'the setting',
  environment: "the environment's",
  path: '',
};

/** Returns a fact as people read it: `package torch`, `the setting service.port`, `docs/notes.md`. */
export function factText(fact: string): string {
  const at = fact.indexOf(':');
  const kind = fact.slice(0, at);
  return `${words[kind] ?? kind} ${fact.slice(at + 1)}`.trim();
}

/** Longest value that is told; what is longer is cut. */
const maxValue = 60;

/** Returns what a fact is made to be as people read it; empty where it goes. */
export function valueText(fact: string, value: string): string {
  const [first = ''] = value.split(' ');
  if (fact.startsWith('package:')) {
    const said = value.replace(/^asks /, '').replace(/^locked (\S+)[\s\S]*$/, '$1');
    return cut(said === 'nothing' ? '' : said);
  }
  if (fact.startsWith('component:')) return first === 'files' ? value.slice(0, 'files '.length + 7) : first.slice(0, 7);
  if (/^(config|flag|port|model-path|environment):/.test(fact)) return cut(value);
  // Of a whole file nobody wants to read its id.
  return value === '' ? '' : 'another text';
}

const cut = (text: string): string => (text.length > maxValue ? `${text.slice(0, maxValue - 1)}…` : text);
