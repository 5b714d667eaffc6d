import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { link } from 'node:fs/promises';
import { dirname } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { Files } from '../../ports/files.ts';
import { codeOf } from '../files/file-fault.ts';
import { syncFolder } from '../files/sync-folder.ts';

/** What is signed begins with this, so that a signature of ours means nothing anywhere else. */
const purpose = Buffer.from('orchestrate-bundle-1\n');

/** Hex digits of a fingerprint: 128 bits of the SHA-256 of the public key (SubjectPublicKeyInfo, DER). */
const nDigits = 32;

export interface SigningKey {
  readonly key: KeyObject;
  /** DER, base64. */
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** Reads the Ed25519 key of a file (PKCS #8, PEM); undefined when there is none. Fault `FILE_ACCESS` for anything else in it. */
export async function findKey(files: Files, keyFile: string): Promise<SigningKey | undefined> {
  const text = await files.readText(keyFile);
  if (text === undefined) return undefined;
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is no Ed25519 key');
    const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return { key, publicKey: der.toString('base64'), fingerprint: fingerprintOf(der) };
  } catch (cause) {
    throw new Fault('FILE_ACCESS', `The signing key ${keyFile} cannot be read.`, {
      state: 'Nothing was written.',
      hints: [`Move ${keyFile} away to have a new one made; others have to be told its fingerprint.`],
      cause,
    });
  }
}

/** Makes the key when there is none. Two who make one at once end with the same: the first that has the name. */
export async function ensureKey(files: Files, keyFile: string): Promise<SigningKey> {
  const known = await findKey(files, keyFile);
  if (known) return known;
  const { privateKey } = generateKeyPairSync('ed25519');
  await files.ensureDir(dirname(keyFile), { mode: 0o700 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const beside = `${keyFile}.${randomUUID()}`;
  await files.writeAtomic(beside, pem, { mode: 0o600 });
  try {
    await link(beside, keyFile);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await files.remove(beside);
  }
  await syncFolder(dirname(keyFile));
  const made = await findKey(files, keyFile);
  if (!made) throw new Fault('FILE_ACCESS', `The signing key ${keyFile} is gone right after it was made.`);
  return made;
}

export const signText = (key: KeyObject, text: Buffer): Buffer => sign(null, Buffer.concat([purpose, text]), key);

/** Returns the fingerprint when the signature is one of that key over the text, else undefined. */
export function checkSignature(text: Buffer, signature: Buffer, publicKey: string): string | undefined {
  const der = Buffer.from(publicKey, 'base64');
  if (der.toString('base64') !== publicKey) return undefined;
  try {
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ed25519') return undefined;
    return verify(null, Buffer.concat([purpose, text]), key, signature) ? fingerprintOf(der) : undefined;
  } catch {
    return undefined;
  }
}

const fingerprintOf = (der: Buffer): string => createHash('sha256').update(der).digest('hex').slice(0, nDigits);
