export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Who commits and tags: always us, whatever an author is called. */
export const ourselves: Identity = { name: 'orchestrate', email: 'orchestrate@localhost' };

/** Returns the identity as a line of a commit. Line breaks, control characters and `<>` become spaces. */
export function identityLine(who: Identity, atSeconds: number): string {
  if (!Number.isSafeInteger(atSeconds) || atSeconds < 0) throw new Error(`not whole seconds since 1970: ${atSeconds}`);
  return `${cleanName(who.name) || ourselves.name} <${cleanName(who.email).replaceAll(' ', '') || ourselves.email}> ${atSeconds} +0000`;
}

function cleanName(text: string): string {
  // git itself strips these at both ends (`strbuf_addstr_without_crud`).
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}<>]+/gu, ' ')
    .replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/g, '')
    .replace(/ {2,}/g, ' ');
}

/** Returns the bytes of a commit object. */
export function encodeCommit(commit: {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Identity;
  readonly committer: Identity;
  readonly atSeconds: number;
  readonly message: string;
}): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identityLine(commit.author, commit.atSeconds)}`,
    `committer ${identityLine(commit.committer, commit.atSeconds)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${messageText(commit.message)}`);
}

/** Returns the bytes of an annotated tag that points at a commit. */
export function encodeTag(tag: {
  readonly name: string;
  readonly target: string;
  readonly message: string;
  readonly atSeconds: number;
}): Buffer {
  const head = `object ${tag.target}\ntype commit\ntag ${tag.name}\ntagger ${identityLine(ourselves, tag.atSeconds)}`;
  return Buffer.from(`${head}\n\n${messageText(tag.message)}`);
}

function messageText(message: string): string {
  const text = message.replaceAll('\0', '');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Returns the header fields of a commit or tag in order, and its message. */
export function parseHeaders(body: Buffer): {
  readonly fields: readonly (readonly [string, string])[];
  readonly message: string;
} {
  const text = body.toString('utf8');
  const blank = text.indexOf('\n\n');
  const head = blank < 0 ? text : text.slice(0, blank);
  const fields: [string, string][] = [];
  for (const line of head.split('\n')) {
    const last = fields.at(-1);
    if (line.startsWith(' ') && last !== undefined) last[1] += `\n${line.slice(1)}`;
    else fields.push([line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
  }
  return { fields, message: blank < 0 ? '' : text.slice(blank + 2) };
}
