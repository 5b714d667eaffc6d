import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { shownFault } from './shown-fault.ts';

const parse = (text: string) =>
  parseConfig({
    file: 'orchestrate.yaml',
    text: `id: x1\nname: home\nservice: { mode: managed }\n${text}`,
    origin: 'installation',
  });
const shown = (text: string): string => shownFault(() => parse(text));

describe('a policy that cannot be read', () => {
  it.each([
    ['a rule that lowers a tier', 'policy:\n  risk:\n    - { when: { package: torch }, tier: low }\n'],
    ['a fact that there is not', 'policy:\n  risk:\n    - { when: { packages: torch }, tier: high }\n'],
    ['a tier in a rule about tiers', 'policy:\n  risk:\n    - { when: { tier: low }, tier: high }\n'],
    ['a rule that asks for nothing', 'policy:\n  review:\n    - { when: { tier: high } }\n'],
    ['a person who is none of principals', 'policy:\n  review:\n    - { principals: [ben] }\n'],
    ['a day that there is not', 'policy:\n  freezes:\n    - { from: 2026-02-30, to: 2026-03-01, reason: x }\n'],
    [
      'a freeze that ends before it begins',
      'policy:\n  freezes:\n    - { from: 2026-03-02, to: 2026-03-01, reason: x }\n',
    ],
    [
      'a freeze that begins as it ends',
      'policy:\n  freezes:\n    - { from: 2026-12-20, to: 2026-12-20T00:00, reason: x }\n',
    ],
    ['more persons than a login can tell', 'policy:\n  review:\n    - { when: { tier: high }, persons: 2 }\n'],
    [
      'a signature that nobody could give',
      'principals:\n  - { name: ben, os-users: [ben] }\npolicy:\n  review:\n    - { signature: true }\n',
    ],
    ['a time that there is not', "policy:\n  windows:\n    - { from: '25:00', to: '05:00' }\n"],
    ['a window that is never open', "policy:\n  windows:\n    - { from: '05:00', to: '05:00' }\n"],
    ['a zone that there is not', "policy:\n  windows:\n    - { from: '03:00', to: '05:00', zone: Mars }\n"],
    ['a private key', 'principals:\n  - { name: ben, ssh-keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }\n'],
    ['a principal that nobody could be', 'principals:\n  - { name: ben }\n'],
    [
      'a key of two persons',
      'principals:\n  - { name: a, ssh-keys: [ssh-ed25519 AAAA a] }\n  - { name: b, ssh-keys: [ssh-ed25519 AAAA b] }\n',
    ],
    ['a name that would be a pattern', 'principals:\n  - { name: "*", os-users: [x] }\n'],
  ])('%s', (_name, text) => {
    expect(shown(text)).toMatchSnapshot();
  });

  it('names its rules by their lines', () => {
    const { policy, principals } = parse(
      'principals:\n  - name: ben\n    os-users: [ben]\npolicy:\n  risk:\n    - when: { package: torch }\n      tier: high\n  review:\n    - persons: 2\n',
    );
    expect(policy.rules?.risk[0]?.at).toBe('orchestrate.yaml:9');
    expect(policy.rules?.review[0]?.at).toBe('orchestrate.yaml:12');
    expect(principals?.[0]?.at).toBe('orchestrate.yaml:5');
  });
});
