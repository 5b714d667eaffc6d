/**
 * Returns the top-level sections of a file of model paths, name to text. Of YAML only this is read: a section begins
 * at a line without indentation and goes to the next.
 */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    const begun = /^(?:"([^"]+)"|'([^']+)'|([^\s#:'"-][^:]*)):/.exec(line);
    if (begun) name = begun[1] ?? begun[2] ?? begun[3] ?? '';
    if (name !== '') sections.set(name, `${sections.get(name) ?? ''}${line}\n`);
  }
  return new Map([...sections].map(([key, value]) => [key, value.trimEnd()]));
}

/** Returns the names of the sections that came, went or changed, sorted. */
export function changedSections(before: string, after: string): readonly string[] {
  const [old, now] = [sectionsOf(before), sectionsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name)).sort();
}

/**
 * Takes the sections that changed from `before` to `after` over into `ours`, and leaves every other one, comments and
 * order included. `conflict` names a section that `ours` has otherwise than `before`.
 */
export function mergeSections(options: {
  readonly before: string;
  readonly after: string;
  readonly ours: string;
}): { readonly kind: 'merged'; readonly text: string } | { readonly kind: 'conflict'; readonly section: string } {
  const [before, after, ours] = [options.before, options.after, options.ours].map(sectionsOf);
  if (before === undefined || after === undefined || ours === undefined) throw new Error('three texts give three maps');
  let { ours: text } = options;
  for (const name of changedSections(options.before, options.after)) {
    const [mine, old, now] = [ours.get(name), before.get(name), after.get(name)];
    if (mine === now) continue;
    if (mine !== old) return { kind: 'conflict', section: name };
    if (mine === undefined) text = `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${now ?? ''}\n`;
    // By index: what the file says must not be read as a pattern.
    else text = replaceOnce(text, mine, now ?? '');
  }
  return { kind: 'merged', text };
}

function replaceOnce(text: string, from: string, to: string): string {
  const at = text.startsWith(from) ? 0 : text.indexOf(`\n${from}`) + 1;
  const rest = text.slice(at + from.length);
  return `${text.slice(0, at)}${to === '' ? '' : to}${to === '' ? rest.replace(/^\n/, '') : rest}`;
}
