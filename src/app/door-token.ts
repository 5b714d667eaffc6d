import { Fault } from '../base/fault.ts';
import type { App } from './app.ts';

/** Bytes that nobody guesses: 256 bits. */
const tokenBytes = 32;
const tokenShape = /^[0-9a-f]{64}$/;

/** Where the token of the TCP listener lies, in the state folder. */
export const tokenPath = (stateDir: string): string => `${stateDir}/keys/http-token`;

/** Returns the token of the TCP listener; the first time it is made, in a file of mode 0600. Faults: those of `loadToken`. */
export async function ensureToken(app: App): Promise<string> {
  const there = await loadToken(app);
  if (there !== undefined) {
    app.outside.secrets.learn([there]);
    return there;
  }
  const { files, random } = app.outside;
  const { paths } = await app.installation();
  const token = random.hex(tokenBytes);
  app.outside.secrets.learn([token]);
  await files.ensureDir(`${paths.state}/keys`, { mode: 0o700 });
  await files.writeAtomic(tokenPath(paths.state), `${token}\n`, { mode: 0o600 });
  return token;
}

/** Returns the token, or undefined where none was made. Fault: `FILE_ACCESS` where others may have read it, or it is none. */
export async function loadToken(app: App): Promise<string | undefined> {
  const { files } = app.outside;
  const file = tokenPath((await app.installation()).paths.state);
  const info = await files.info(file);
  if (info === undefined) return undefined;
  const token = info.kind === 'file' && (info.mode & 0o077) === 0 ? (await files.readText(file))?.trim() : undefined;
  if (token !== undefined && tokenShape.test(token)) return token;
  throw new Fault('FILE_ACCESS', `${file} is not a token that only you can read.`, {
    state: 'Nothing listens.',
    hints: [`rm ${file}   (the next \`serve --listen\` makes another one)`],
  });
}
