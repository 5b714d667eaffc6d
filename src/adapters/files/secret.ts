import type { Fault } from '../../base/fault.ts';
import type { Files, SecretSource } from '../../ports/index.ts';

/** Returns the text that stands there, without white space around it. Its fault names the place and never the text. */
export type ReadSecret = (source: SecretSource) => Promise<string>;

/** Longest secret or address. */
const maxChars = 4_096;

/** Creates the reader. A file that others may read is refused: what stands in it is no secret. */
export function createSecretReader({
  files,
  env,
  fault,
  learn = () => {},
}: {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes the fault of whoever needs the secret. */
  readonly fault: (sentence: string, cause?: unknown) => Fault;
  /** Told each secret that was read, so that it is taken out of whatever is kept or printed. */
  readonly learn?: (secrets: readonly string[]) => void;
}): ReadSecret {
  const requireText = (text: string | undefined, where: string): string => {
    const secret = text?.trim() ?? '';
    if (secret === '') throw fault(`${where} is empty or not there.`);
    learn([secret]);
    return secret;
  };
  return async (source) => {
    if (source.kind === 'text') return source.text;
    if (source.kind === 'environment') return requireText(env[source.name], `the variable ${source.name}`);
    const { path } = source;
    const info = await files.info(path).catch((cause: unknown) => {
      throw fault(`${path} cannot be read.`, cause);
    });
    if (info?.kind !== 'file') throw fault(`${path} is no plain file.`);
    if ((info.mode & 0o077) !== 0) throw fault(`${path} can be read by others: chmod 600 ${path}.`);
    if (info.sizeBytes > maxChars) throw fault(`${path} is too large for a secret.`);
    const text = await files.readText(path).catch((cause: unknown) => {
      throw fault(`${path} cannot be read.`, cause);
    });
    return requireText(text, path);
  };
}
