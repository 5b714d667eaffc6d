import { nameText } from '../display-text.ts';

const named: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** Returns the name that git quoted (`"a/caf\303\251"`), safe to look at and told from names that look alike. Others are as they are. */
export function quotedName(text: string): string {
  if (!/^".*"$/.test(text)) return nameText(text);
  const bytes: number[] = [];
  for (const [, octal, letter, plain] of text.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(named[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(plain));
  }
  return nameText(new TextDecoder().decode(new Uint8Array(bytes)));
}
