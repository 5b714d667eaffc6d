import { Fault } from '../../base/fault.ts';
import type { Files, SecretSource } from '../../ports/index.ts';

/** Returns the text that stands there, without white space around it. Fault: `NOTICE_FAILED`, which names the place and never the text. */
export type ReadSecret = (source: SecretSource) => Promise<string>;

/** Longest secret or address. */
const maxChars = 4_096;

/** Creates the reader. A file that others may read is refused: what stands in it is no secret. */
export function createSecretReader({
  files,
  env,
}: {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
}): ReadSecret {
  return async (source) => {
    if (source.kind === 'text') return source.text;
    if (source.kind === 'environment') return requireText(env[source.name], `the variable ${source.name}`);
    const info = await files.info(source.path).catch((cause: unknown) => {
      throw failed(`${source.path} cannot be read`, cause);
    });
    if (info?.kind !== 'file') throw failed(`${source.path} is no plain file`);
    if ((info.mode & 0o077) !== 0) throw failed(`${source.path} can be read by others: chmod 600 ${source.path}`);
    if (info.sizeBytes > maxChars) throw failed(`${source.path} is too large for a secret`);
    const text = await files.readText(source.path).catch((cause: unknown) => {
      throw failed(`${source.path} cannot be read`, cause);
    });
    return requireText(text, source.path);
  };
}

function requireText(text: string | undefined, where: string): string {
  const secret = text?.trim() ?? '';
  if (secret === '') throw failed(`${where} is empty or not there`);
  return secret;
}

const failed = (sentence: string, cause?: unknown): Fault =>
  new Fault('NOTICE_FAILED', `${sentence}.`, cause === undefined ? {} : { cause });
