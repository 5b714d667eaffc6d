import { describe, expect, it } from 'vitest';

import { causeAmong } from '../../../../src/domain/alerts/causes.ts';
import { maskSecrets } from '../../../../src/domain/alerts/mask-secrets.ts';
import { alertKey, keyPattern, matchesKey } from '../../../../src/domain/alerts/match-key.ts';
import { backoffMs, notices } from '../../../../src/domain/alerts/pace.ts';
import { plainLine } from '../../../../src/domain/alerts/plain-alert.ts';
import { webhookProblem } from '../../../../src/domain/definitions/alerts-config.ts';
import { signatureAlertKey } from '../../../../src/domain/diagnosis/alert-key.ts';

describe('keys', () => {
  it('match whole, or by their beginning where the pattern ends with a star', () => {
    expect(matchesKey('disk:full', 'disk:full:models')).toBe(false);
    expect(matchesKey('disk:*', 'disk:full:models')).toBe(true);
    expect(matchesKey('disk:*', 'notify:disk')).toBe(false);
    expect(keyPattern.test('*')).toBe(false);
    expect(keyPattern.test('disk:*:x')).toBe(false);
  });

  it('are made of any text once: the key of a key is the key', () => {
    const sha256 = (text: string): string => `${text.length}0123456789abcdef`;
    for (const text of [
      'disk:full',
      `model:${'x'.repeat(300)}`,
      'my model\u001B',
      '',
      'x'.repeat(120),
      'x'.repeat(121),
    ]) {
      const key = alertKey(text, sha256);
      expect(key).toMatch(keyPattern);
      expect(alertKey(key, sha256)).toBe(key);
    }
  });

  it('have no secret of a culprit in them, and stay the same where it was masked before', () => {
    const sha256 = (): string => '0123456789abcdef';
    const told = { signature: 'S68', culprit: 'flag:--comfy-api-key AIzaABCDEFGHIJ0123' };
    const key = signatureAlertKey(told, sha256);
    expect(key).toBe('signature:s68:flag:--comfy-api-key-redacted--01234567');
    expect(signatureAlertKey({ ...told, culprit: maskSecrets(told.culprit) }, sha256)).toBe(key);
    expect(alertKey('disk:full:HF_TOKEN=abcdefgh', sha256)).not.toContain('abcdefgh');
  });

  it('are explained by what is open, and never by themselves', () => {
    expect(causeAmong('queue:stuck', ['disk:full', 'service:down'])).toBe('service:down');
    expect(causeAmong('service:down', ['service:down'])).toBeNull();
    expect(causeAmong('disk:full', ['service:down'])).toBeNull();
  });
});

describe('what is told at once', () => {
  const due = (n: number, severity: 'critical' | 'warning') =>
    Array.from({ length: n }, (_, at) => ({ alert: `a${at}`, severity, raisedAtMs: at }));

  it('is singly up to three, and together beyond', () => {
    expect(notices(due(3, 'warning'), { sentLastHour: 0, perHour: 20 })).toHaveLength(3);
    expect(notices(due(4, 'warning'), { sentLastHour: 0, perHour: 20 })).toHaveLength(1);
    expect(notices([], { sentLastHour: 0, perHour: 20 })).toEqual([]);
  });

  it('is nothing when the hour is used up, and what is critical from the last quarter', () => {
    expect(notices(due(1, 'warning'), { sentLastHour: 15, perHour: 20 })).toEqual([]);
    expect(notices(due(1, 'critical'), { sentLastHour: 15, perHour: 20 })).toHaveLength(1);
    expect(notices(due(1, 'critical'), { sentLastHour: 20, perHour: 20 })).toEqual([]);
  });

  it('is tried again within the hour', () => {
    expect([1, 2, 3, 4, 5, 50].map(backoffMs)).toEqual([10_000, 40_000, 160_000, 640_000, 2_560_000, 3_600_000]);
  });
});

describe('texts of an alert', () => {
  it('lose what looks like a secret, and keep what does not', () => {
    for (const secret of [
      'ghp_0123456789abcdefghij',
      'sk-ant-0123456789abcdef',
      'AKIA0123456789ABCDEF',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
    ])
      expect(maskSecrets(`x ${secret} y`)).toBe('x [redacted] y');
    expect(maskSecrets('HF_TOKEN=abcdef')).toBe('HF_TOKEN=[redacted]');
    for (const [told, kept] of [
      ['--comfy-api-key comfyui-§', '--comfy-api-key [redacted]'],
      ['key comfyui-§ is wrong', 'key [redacted] is wrong'],
      ['--api-key §', '--api-key [redacted]'],
      ['--token=§ --listen', '--token=[redacted] --listen'],
      ['--password "my § x" --listen', '--password "[redacted]" --listen'],
      [`['--api-key', '§', '--listen']`, `['--api-key', '[redacted]', '--listen']`],
      ['CIVITAI_API_TOKEN=§', 'CIVITAI_API_TOKEN=[redacted]'],
      ['AWS_SECRET_ACCESS_KEY=§', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
      ['MY_HF_TOKEN=§', 'MY_HF_TOKEN=[redacted]'],
      ['{"apiToken": "§", "n": 1}', '{"apiToken": "[redacted]", "n": 1}'],
      ['{"apiToken": "a\\"§ x"}', '{"apiToken": "[redacted]"}'],
      [String.raw`{\"apiToken\": \"§\", \"n\": 1}`, String.raw`{\"apiToken\": \"[redacted]\", \"n\": 1}`],
      [`{'api_key': b'§'}`, `{'api_key': b'[redacted]'}`],
      ['secret_key=§', 'secret_key=[redacted]'],
      ['password: "correct § staple"', 'password: "[redacted]"'],
      ['Authorization: Token §', 'Authorization: Token [redacted]'],
      ["{'Authorization': 'Token §'}", "{'Authorization': 'Token [redacted]'}"],
      ['authorization: §', 'authorization: [redacted]'],
      ['https://x/y?key=§&n=1', 'https://x/y?key=[redacted]&n=1'],
    ] as const) {
      const masked = maskSecrets(told.replace('§', '0123456789abcdef0123'));
      expect(masked).toBe(kept);
      expect(maskSecrets(masked)).toBe(masked);
    }
    for (const open of [
      '--tokenizer clip',
      '--disable-api-nodes --token',
      'missing key: conv.weight',
      'eos_token_id=2',
    ])
      expect(maskSecrets(open)).toBe(open);
    const plain = 'model sd_xl_base_1.0.safetensors: 12 tokens, secretary, no space left on /srv/models';
    expect(maskSecrets(plain)).toBe(plain);
  });

  it('are cut, and looked through in linear time', () => {
    expect(plainLine('x'.repeat(10_000_000), 400)).toHaveLength(400);
    for (const part of [
      'token',
      '-',
      '--a',
      'a-',
      'token=',
      'token="',
      '\\"',
      'api key',
      ' ',
      "token: '\\",
      '&key=',
      'eyJ-',
      'eyJaaaaaaaa.',
      '://a',
    ]) {
      const text = part.repeat(200_000);
      const beganMs = performance.now();
      maskSecrets(text);
      expect(performance.now() - beganMs).toBeLessThan(3_000);
    }
    expect(maskSecrets('token'.repeat(2_000)).length).toBe(10_000);
  });
});

it('an address is of https or of this machine', () => {
  for (const good of ['https://example.org/x', 'http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]:9/'])
    expect(webhookProblem(good)).toBeNull();
  for (const wrong of ['http://example.org', 'http://127.0.0.1.example.org/', 'https://a:b@example.org', 'file:///x'])
    expect(webhookProblem(wrong)).not.toBeNull();
});
