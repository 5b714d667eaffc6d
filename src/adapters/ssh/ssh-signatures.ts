import { Fault } from '../../base/fault.ts';
import type { Files, Processes, ProgramResult, Random, Signatures } from '../../ports/index.ts';
import { findProgram } from '../host/search-path.ts';

/** Far above what a key operation takes; a card that waits for a touch is given this long as well. */
const timeoutMs = 30_000;
/** A signature of the largest key there is has about 1.5 KiB. */
const maxSignatureBytes = 16 * 1024;

/**
 * Creates the port to signatures. `ssh-keygen` is started without a shell, with an environment from nothing; what it has to be given
 * as files lies in a folder of its own that only we can read, and that is removed afterwards.
 */
export function createSshSignatures(options: {
  processes: Processes;
  files: Files;
  random: Random;
  tempDir: string;
  searchPath: readonly string[];
}): Signatures {
  const { processes, files, random, tempDir, searchPath } = options;

  const run = async (
    args: readonly string[],
    stdin: string,
    env: Record<string, string> = {},
  ): Promise<ProgramResult> => {
    const program = findProgram('ssh-keygen', searchPath);
    if (program === undefined)
      throw new Fault('SSH_KEYGEN_MISSING', 'ssh-keygen is not on the PATH.', {
        hints: ['Install the OpenSSH client, 8.2 or newer.'],
        state: 'Nothing was approved.',
      });
    return processes.run({ program, args, env: { LC_ALL: 'C', ...env }, stdin, timeoutMs });
  };

  return {
    async sign({ keyFile, namespace, message, agent }) {
      const env = agent === null ? {} : { SSH_AUTH_SOCK: agent };
      const result = await run(['-Y', 'sign', '-q', '-f', keyFile, '-n', namespace], message, env);
      if (result.exitCode === 0 && isArmored(result.stdout)) return result.stdout;
      throw new Fault('SIGNATURE_INVALID', `${keyFile} cannot be signed with: ${reasonOf(result)}.`, {
        hints: [
          'A key with a passphrase is used through the agent: ssh-add it, and give --sign its .pub file.',
          'A private key has to be readable by you alone: chmod 600.',
        ],
        state: 'Nothing was approved.',
      });
    },

    async verify({ armored, namespace, message, signers }) {
      if (!isArmored(armored) || armored.length > maxSignatureBytes) return undefined;
      const dir = `${tempDir}/orchestrate-signature-${random.hex(8)}`;
      await files.ensureDir(dir, { mode: 0o700 });
      try {
        const allowed = `${dir}/allowed`;
        const signature = `${dir}/signature`;
        await files.writeAtomic(allowed, allowedSigners(signers, namespace), { mode: 0o600 });
        await files.writeAtomic(signature, armored, { mode: 0o600 });
        const found = await run(['-Y', 'find-principals', '-f', allowed, '-s', signature], '');
        const name = found.stdout.trim().split('\n')[0] ?? '';
        if (found.exitCode !== 0 || !signers.some((one) => one.name === name)) return undefined;
        const args = ['-Y', 'verify', '-f', allowed, '-I', name, '-n', namespace, '-s', signature];
        const verified = await run(args, message);
        const key = / key (SHA256:\S+)/.exec(verified.stdout)?.[1];
        return verified.exitCode === 0 && key !== undefined ? { name, key } : undefined;
      } finally {
        await files.remove(dir);
      }
    },
  };
}

const isArmored = (text: string): boolean => text.startsWith('-----BEGIN SSH SIGNATURE-----\n');

/** Names and keys were checked when the configuration was read: none holds a line break, a quote or a pattern. */
const allowedSigners = (signers: Parameters<Signatures['verify']>[0]['signers'], namespace: string): string =>
  signers.flatMap(({ name, keys }) => keys.map((key) => `${name} namespaces="${namespace}" ${key}\n`)).join('');

function reasonOf({ stderr, timedOut }: ProgramResult): string {
  if (timedOut) return 'it did not end in time';
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !line.startsWith('@')) ?? 'ssh-keygen does not say why';
}
