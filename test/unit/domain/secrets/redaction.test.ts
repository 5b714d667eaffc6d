import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findSecrets } from '../../../../src/domain/secrets/find-secrets.ts';
import { createSecretBook } from '../../../../src/domain/secrets/secret-book.ts';
import { secretsOfEnvironment } from '../../../../src/domain/secrets/secret-names.ts';

const canary = 'canary/+ÄÖ"7f3a9c1e5b';
const inBase64 = (text: string): string => Buffer.from(text).toString('base64');

describe('what is known is taken out in every form', () => {
  const forms: Readonly<Record<string, string>> = {
    'as it is': canary,
    'in JSON': JSON.stringify(canary),
    'in an address': encodeURIComponent(canary),
    'in base64': inBase64(canary),
    'in base64 after one character': inBase64(`a${canary}`),
    'in base64 after two characters': inBase64(`ab${canary} and more`),
    'in base64 of addresses': Buffer.from(canary).toString('base64url'),
    'in hex': Buffer.from(canary).toString('hex'),
    'in capital hex': Buffer.from(canary).toString('hex').toUpperCase(),
  };
  it.each(Object.entries(forms))('%s', (_, form) => {
    const inner = form.slice(4, -6);
    expect(createSecretBook().text(`said ${form}`)).toContain(inner);
    expect(createSecretBook([canary]).text(`said ${form}`)).not.toContain(inner);
  });
});

it('finds a secret that is split over pieces, wherever the cuts are, and changes nothing else', () => {
  const text = `line one\n${'x'.repeat(300)} ${canary} end\nsk-ant-${'a1B2'.repeat(10)}\nlast, without an end`;
  const whole = createSecretBook([canary]).text(text);
  expect(whole).not.toContain(canary);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      const pieces = createSecretBook([canary]).pieces();
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const out = at.slice(1).map((end, index) => pieces.push(text.slice(at[index], end)));
      expect([...out, pieces.end()].join('')).toBe(whole);
    }),
    { numRuns: 100 },
  );
});

it('keeps a private key back until its end is known', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq\n'.repeat(20)}-----END PRIVATE KEY-----\n`;
  const pieces = createSecretBook().pieces();
  const out = key.split(/(?<=\n)/).map((line) => pieces.push(line));
  expect([...out, pieces.end()].join('')).not.toContain('MIIE');
});

describe('what has the form of a secret', () => {
  const book = createSecretBook();
  it.each([
    `sk-ant-api03-${'aB3_'.repeat(20)}`,
    `AKIA${'ABCD2345'.repeat(2)}`,
    `ghp_${'a1B2'.repeat(9)}`,
    'https://anna:hunter22@example.org/simple',
    'git clone https://oauth2:glpat-abcdefghij0123456789@gitlab.example/x.git',
    'Authorization: Bearer abcdef0123456789',
  ])('is taken out: %s', (text) => {
    expect(book.text(text)).toContain('[redacted]');
    expect(book.text(text)).not.toMatch(/hunter22|glpat-|aB3_aB3|ABCD2345|a1B2a1|abcdef0123456789/);
  });

  it.each([
    'https://example.org:8188/simple',
    'ssh://git@example.org/x.git',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'task-based-planning-of-a-very-long-name-that-goes-on-and-on',
    'http://127.0.0.1:8188/?at=a@b',
  ])('is not seen in %s', (text) => expect(book.text(text)).toBe(text));
});

it('takes a long line apart in the time that its length needs', () => {
  const began = performance.now();
  createSecretBook([canary]).text('sk-ant-'.repeat(100_000) + '-----BEGIN PRIVATE KEY-----'.repeat(2_000));
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('tells where a secret is, and nothing of what it is', () => {
  const found = findSecrets(`one\n  key = ${canary}\n`, {
    values: [canary],
    sha256: (text) => text.length.toString(16),
  });
  expect(found).toEqual([{ line: 2, column: 9, what: 'a secret of this machine', mark: canary.length.toString(16) }]);
});

it('knows the secrets of an environment by the names of its variables', () => {
  const env = {
    ANTHROPIC_API_KEY: 'value-of-a-key',
    GITHUB_TOKEN: 'value-of-a-token',
    HOME: '/home/anna',
    SSH_AUTH_SOCK: '/run/agent.sock',
    TOKEN_FILE: '/etc/a/token',
  };
  expect(secretsOfEnvironment(env)).toEqual(['value-of-a-key', 'value-of-a-token']);
});
