/** Returns the file of a conversation: what no name of a file should hold is written as `%3A`. */
export const fileName = (conversation: string): string =>
  `${conversation.replace(/[^A-Za-z0-9_-]/g, (character) => (character === '.' ? '.' : encoded(character))).replace(/^\./, '%2E')}.jsonl`;

/** Returns the conversation of a file, or undefined for another file. */
export function nameOfFile(name: string): string | undefined {
  if (!name.endsWith('.jsonl')) return undefined;
  try {
    return decodeURIComponent(name.slice(0, -'.jsonl'.length));
  } catch {
    return undefined;
  }
}

const encoded = (character: string): string =>
  [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
