import type { Signatures } from '../../src/ports/index.ts';

const header = '-----BEGIN SSH SIGNATURE-----\n';

/** Signs by writing down key, purpose and message: whoever has the public key's text has the private one too. */
export function createFakeSignatures(): Signatures {
  return {
    sign: ({ keyFile, namespace, message }) =>
      Promise.resolve(`${header}${JSON.stringify([keyFile, namespace, message])}`),
    verify({ armored, namespace, message, signers }) {
      const [key, purpose, signed] = JSON.parse(armored.slice(header.length)) as string[];
      const found = signers.find(({ keys }) => keys.includes(key ?? ''));
      const holds = found !== undefined && purpose === namespace && signed === message;
      return Promise.resolve(holds ? { name: found.name, key: `SHA256:${key?.slice(-6) ?? ''}` } : undefined);
    },
  };
}
