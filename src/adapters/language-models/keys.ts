import { Fault } from '../../base/fault.ts';
import type { Provider } from '../../domain/providers/provider.ts';
import type { Files } from '../../ports/index.ts';
import { createSecretReader } from '../files/secret.ts';

/** Returns the key of a provider, read now, or null where it wants none. Fault: `MODEL_KEY_MISSING`, which never tells what stands there. */
export type ReadKey = (provider: Provider) => Promise<string | null>;

/** Creates the reader of keys. Each call reads anew: a key that was replaced holds at once. */
export function createKeyReader(options: {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly learn?: (secrets: readonly string[]) => void;
}): ReadKey {
  const missing = (sentence: string, cause?: unknown): Fault =>
    new Fault('MODEL_KEY_MISSING', sentence, cause === undefined ? {} : { cause });
  const read = createSecretReader({ ...options, fault: missing });
  return async (provider) => {
    if (provider.key === null) return null;
    const { kind } = provider.key;
    const key = await read(provider.key).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      throw missing(`The key of ${provider.id} is not there: ${error.message}`, error.cause);
    });
    // It goes into a header as it is.
    if (/^[\x21-\x7E]+$/.test(key)) return key;
    const where = kind === 'file' ? provider.key.path : provider.key.name;
    throw missing(
      `The key of ${provider.id} in ${where} is no key: it has blanks or characters in it that no key has.`,
    );
  };
}
