import { describe, expect, it } from 'vitest';

import { causeAmong } from '../../../../src/domain/alerts/causes.ts';
import { alertKey, keyPattern, matchesKey } from '../../../../src/domain/alerts/match-key.ts';
import { backoffMs, notices } from '../../../../src/domain/alerts/pace.ts';
import { maskSecrets, plainLine } from '../../../../src/domain/alerts/plain-alert.ts';
import { webhookProblem } from '../../../../src/domain/definitions/alerts-config.ts';

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
    const plain = 'model sd_xl_base_1.0.safetensors: 12 tokens, secretary, no space left on /srv/models';
    expect(maskSecrets(plain)).toBe(plain);
  });

  it('are cut, and looked through in linear time', () => {
    expect(plainLine('x'.repeat(10_000_000), 400)).toHaveLength(400);
    expect(maskSecrets('token'.repeat(2_000)).length).toBe(10_000);
  });
});

it('an address is of https or of this machine', () => {
  for (const good of ['https://example.org/x', 'http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]:9/'])
    expect(webhookProblem(good)).toBeNull();
  for (const wrong of ['http://example.org', 'http://127.0.0.1.example.org/', 'https://a:b@example.org', 'file:///x'])
    expect(webhookProblem(wrong)).not.toBeNull();
});
