import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/clock/system-random.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import { fixedSearchPath } from '../../src/adapters/host/search-path.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import { createSshSignatures } from '../../src/adapters/ssh/ssh-signatures.ts';
import { approvalNamespace } from '../../src/domain/policy/approval-message.ts';

/** The real `ssh-keygen` of this machine. */
const dir = mkdtempSync(join(tmpdir(), 'w-sign-'));
const searchPath = fixedSearchPath(process.env['PATH']);
const spawner = createInProcessSpawner();
const make = (path: readonly string[] = searchPath) =>
  createSshSignatures({
    processes: createProcesses({ spawner, clock: createSystemClock(), searchPath: path }),
    files: createFiles(),
    random: createSystemRandom(),
    tempDir: dir,
    searchPath: path,
  });
const signatures = make();

function keygen(name: string, passphrase = ''): { file: string; key: string } {
  const file = join(dir, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', `${name} of a test`, '-f', file]);
  return { file, key: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') };
}

let anna: ReturnType<typeof keygen>;
let ben: ReturnType<typeof keygen>;
beforeAll(() => {
  anna = keygen('anna');
  ben = keygen('ben');
});
afterAll(async () => {
  await spawner.close();
  rmSync(dir, { recursive: true, force: true });
});

const message = '{"change":"c1","tree":"é"}';
const sign = (keyFile: string, agent: string | null = null) =>
  signatures.sign({ keyFile, namespace: approvalNamespace, message, agent });
const verify = (armored: string, more: Partial<Parameters<typeof signatures.verify>[0]> = {}) =>
  signatures.verify({
    armored,
    namespace: approvalNamespace,
    message,
    signers: [
      { name: 'anna', keys: [anna.key] },
      { name: 'ben', keys: [ben.key] },
    ],
    ...more,
  });

describe('a signature', () => {
  it('tells who signed, and by which key', async () => {
    expect(await verify(await sign(anna.file))).toEqual({
      name: 'anna',
      key: expect.stringMatching(/^SHA256:/) as string,
    });
    expect((await verify(await sign(ben.file)))?.name).toBe('ben');
  });

  it('is of no other message, purpose or key', async () => {
    const armored = await sign(anna.file);
    expect(await verify(armored, { message: `${message} ` })).toBeUndefined();
    expect(await verify(armored, { namespace: 'git' })).toBeUndefined();
    expect(await verify(armored, { signers: [{ name: 'ben', keys: [ben.key] }] })).toBeUndefined();
    expect(await verify(armored, { signers: [] })).toBeUndefined();
    const forGit = await signatures.sign({ keyFile: anna.file, namespace: 'git', message, agent: null });
    expect(await verify(forGit)).toBeUndefined();
  });

  it('that is none is none, and nothing of it stays on the disk', async () => {
    const header = '-----BEGIN SSH SIGNATURE-----\n';
    for (const text of [
      '',
      'junk',
      header,
      `${header}AAAA\n-----END SSH SIGNATURE-----\n`,
      header + 'A'.repeat(20_000),
    ])
      expect([text.slice(0, 40), await verify(text)]).toEqual([text.slice(0, 40), undefined]);
    expect(readdirSync(dir).filter((name) => name.startsWith('orchestrate-signature'))).toEqual([]);
  });

  it('does not come from a key that cannot be used, and nobody is waited for', async () => {
    const secret = keygen('secret', 'a passphrase');
    const open = keygen('open');
    chmodSync(open.file, 0o644);
    for (const file of [secret.file, open.file, join(dir, 'absent')])
      await expect(sign(file)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('comes from the agent where a public key is named', async () => {
    const held = keygen('held', 'a passphrase');
    const socket = join(dir, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      for (let n = 0; n < 200 && !existsSync(socket); n += 1) await createSystemClock().sleep(20);
      const askpass = join(dir, 'askpass');
      writeFileSync(askpass, '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
      execFileSync('ssh-add', ['-q', held.file], {
        env: {
          PATH: '/usr/bin:/bin',
          SSH_AUTH_SOCK: socket,
          SSH_ASKPASS: askpass,
          SSH_ASKPASS_REQUIRE: 'force',
          DISPLAY: ':0',
        },
        stdio: 'ignore',
      });
      const armored = await sign(`${held.file}.pub`, socket);
      expect(await verify(armored, { signers: [{ name: 'held', keys: [held.key] }] })).toMatchObject({ name: 'held' });
      await expect(sign(`${held.file}.pub`)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    } finally {
      agent.kill();
      await once(agent, 'close');
    }
  });

  it('needs ssh-keygen, and says so where there is none', async () => {
    await expect(make([]).sign({ keyFile: anna.file, namespace: 'x', message, agent: null })).rejects.toMatchObject({
      code: 'SSH_KEYGEN_MISSING',
    });
  });
});
