/**
 * Returns why a script of sed is refused, or undefined. Taken are: an address or two, `!`, and `p d q = s y` with `;` or lines between
 * them, braces left out. Whatever writes, reads or starts (`w W r R e F`, `s///w`, `s///e`) is not, nor what can be read in two ways.
 * Grammar: https://www.gnu.org/software/sed/manual/sed.html#sed-script-overview
 */
export function sedProblem(script: string): string | undefined {
  let rest = script;
  while ((rest = rest.replace(/^[\s;]+/, '')) !== '') {
    const after = afterCommand(afterAddresses(rest));
    if (after === undefined)
      return `the sed script ${JSON.stringify(script.slice(0, 80))} is more than p, d, q, =, s, y`;
    rest = after;
  }
  return undefined;
}

/** `3`, `$`, `1~2`, `/regex/I`, and a second one behind a comma: `+4`, `~4`. */
const address = /^(?:[0-9]+(?:~[0-9]+)?|\$|\/(?:[^/\\[\n]|\\[^\n]|\[[^\]/\\\n]+\])*\/I?)/;
const second = /^,[+~]?(?:[0-9]+|\$|\/(?:[^/\\[\n]|\\[^\n]|\[[^\]/\\\n]+\])*\/I?)/;

const afterAddresses = (text: string): string =>
  text
    .replace(address, '')
    .replace(second, '')
    .replace(/^ *!? */, '');

function afterCommand(text: string): string | undefined {
  const command = text[0] ?? '';
  if ('pd='.includes(command) && command !== '') return afterEnd(text.slice(1));
  if (command === 'q') return afterEnd(text.slice(1).replace(/^ *[0-9]*/, ''));
  if (command !== 's' && command !== 'y') return undefined;
  const delimiter = text[1];
  if (delimiter === undefined || /[\s\\A-Za-z0-9;]/.test(delimiter)) return undefined;
  const from = partEnd(text, 2, delimiter);
  const to = from === undefined ? undefined : partEnd(text, from + 1, delimiter);
  if (from === undefined || to === undefined || hasDelimiterInBrackets(text.slice(2, from))) return undefined;
  const flags = command === 's' ? /^[gpiI0-9]*/ : /^/;
  return afterEnd(text.slice(to + 1).replace(flags, ''));
}

/** Nothing but blanks before the next command. */
const afterEnd = (text: string): string | undefined => (/^[ \t]*(?:$|[;\n])/.test(text) ? text : undefined);

/** Where the next delimiter stands that has no backslash before it. */
function partEnd(text: string, start: number, delimiter: string): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === delimiter) return at;
  }
  return undefined;
}

/** `s/[/]w x/y/`: whether the delimiter ends the part there is a matter of the version. */
const hasDelimiterInBrackets = (part: string): boolean => /\[[^\]]*$/.test(part.replaceAll(/\\./g, ''));
