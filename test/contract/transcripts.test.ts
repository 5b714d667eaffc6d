import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createTranscripts } from '../../src/adapters/transcripts/transcripts.ts';
import { createSecretBook } from '../../src/domain/secrets/secret-book.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createFakeTranscripts } from '../fakes/fake-transcripts.ts';
import { faultOf } from './support/fault-of.ts';
import { describeTranscripts, secret } from './transcripts.contract.ts';

const secrets = createSecretBook([secret]);
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

function place() {
  const dir = join(mkdtempSync(join(tmpdir(), 'transcripts-')), 'below');
  dirs.push(join(dir, '..'));
  const open = () => createTranscripts({ dir, clock: createFakeClock(), redact: secrets.data });
  return { dir, open, file: `${dir}/r1.fix.jsonl` };
}

describeTranscripts('files', async () => place().open());
describeTranscripts('fake', async () => createFakeTranscripts({ clock: createFakeClock(), redact: secrets.data }));

describe('a file of a transcript', () => {
  it('is its owner’s alone', async () => {
    const { open, file, dir } = place();
    await open().append('r1.fix', { role: 'user', text: 'x' });
    expect([statSync(file).mode & 0o777, statSync(dir).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('holds no byte of a secret', async () => {
    const { open, file } = place();
    await open().append('r1.fix', { role: 'user', text: `a ${secret} b` });
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
  });

  it('is read without a line that a kill tore, and goes on behind the last whole one', async () => {
    const { open, file } = place();
    await open().append('r1.fix', { role: 'user', text: 'one' });
    appendFileSync(file, '{"atMs":1,"message":{"role":"us');
    expect(await open().read('r1.fix')).toHaveLength(1);
    await open().append('r1.fix', { role: 'user', text: 'two' });
    expect((await open().read('r1.fix')).map(({ message }) => 'text' in message && message.text)).toEqual([
      'one',
      'two',
    ]);
  });

  it('is refused with the line where somebody wrote something else', async () => {
    const { open, file } = place();
    await open().append('r1.fix', { role: 'user', text: 'one' });
    appendFileSync(file, '{"role":"system"}\n');
    expect(await faultOf(open().read('r1.fix'))).toMatchObject({
      code: 'TRANSCRIPT_UNREADABLE',
      message: expect.stringContaining('line 2 is no line of a transcript'),
    });
  });

  it('keeps the order of what is said at once', async () => {
    const { open } = place();
    const transcripts = open();
    const said = Array.from({ length: 20 }, (_, n) => String(n));
    await Promise.all(said.map((text) => transcripts.append('r1.fix', { role: 'note', text })));
    expect((await transcripts.read('r1.fix')).map(({ message }) => 'text' in message && message.text)).toEqual(said);
  });

  it('has a name that leads nowhere else', async () => {
    const { open, dir } = place();
    await open().append('../../etc/x', { role: 'note', text: 'x' });
    expect(await open().read('../../etc/x')).toHaveLength(1);
    writeFileSync(`${dir}/README`, 'no transcript');
    expect(await open().list('r1')).toEqual([]);
  });
});
