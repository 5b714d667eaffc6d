import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { asksOf, ruleSuffices, tierOf } from '../../../../src/domain/policy/ask.ts';
import type { ChangeFacts } from '../../../../src/domain/policy/facts.ts';
import { policyGaps } from '../../../../src/domain/policy/gaps.ts';
import { approversOf, principalOf } from '../../../../src/domain/policy/principals.ts';
import { noRules, type PolicyRules, type Principal } from '../../../../src/domain/policy/rules.ts';
import { type Approval, missingText, standingOf } from '../../../../src/domain/policy/standing.ts';

const facts: ChangeFacts = {
  tree: 'env-setup',
  paths: ['requirements.in', 'requirements.lock'],
  facts: ['package:torch', 'package:numpy', 'flag:--lowvram'],
  sizeBytes: 2_000,
};
const config = (text: string) =>
  parseConfig({
    file: 'orchestrate.yaml',
    text: `id: x\nname: x\nservice: { mode: managed }\n${text}`,
    origin: 'installation',
  });
const everybody =
  'principals: [{ name: anna, os-users: [anna], ssh-keys: [ssh-ed25519 AAAA] }, { name: ben, os-users: [ben] }]\n';
const rulesOf = (text: string): PolicyRules => config(`policy:\n${text}${everybody}`).policy.rules ?? noRules;
const base = [{ tier: 'medium', sentence: 'the playbook says so', at: 'playbooks/x.yaml' }] as const;
const tier = (text: string, change = facts) => tierOf(change, { rules: rulesOf(text), reasons: base });

describe('risk rules', () => {
  it.each([
    ['{ package: torch }', true],
    ['{ package: Torch }', true],
    ['{ package: [xformers, tor*] }', true],
    ['{ package: tor }', false],
    ['{ flag: --lowvram }', true],
    ['{ path: "requirements.*" }', true],
    ['{ path: "ops/**" }', false],
    ['{ package: torch, path: "ops/**" }', false],
    ['{ tree: env-setup }', true],
    ['{ tree: ops-maint }', false],
    ['{ files-over: 1 }', true],
    ['{ files-over: 2 }', false],
    ['{ bytes-over: 1 KB }', true],
    ['{ bytes-over: 2 KB }', false],
    ['{ component: "*" }', false],
    ['{}', true],
  ])('%s raises the tier: %s', (when, raises) => {
    const { risk, tiers } = tier(`  risk: [{ when: ${when}, tier: high, why: because }]\n`);
    expect(risk).toBe(raises ? 'high' : 'medium');
    expect(tiers.at(-1)?.at).toBe(raises ? 'orchestrate.yaml:5' : 'playbooks/x.yaml');
  });

  it('never lower what is built in', () => {
    const high = { tier: 'high', sentence: 'orchestrate.yaml: decides', at: 'built in' } as const;
    const rules = rulesOf('  risk: [{ when: {}, tier: medium }]\n');
    expect(tierOf(facts, { rules, reasons: [...base, high] }).risk).toBe('high');
    // There is no way to write one that would.
    expect(() => rulesOf('  risk: [{ when: {}, tier: low }]\n')).toThrow(/tier/);
  });
});

describe('review rules', () => {
  const asks = (text: string, risk: 'low' | 'medium' | 'high' = 'medium') =>
    asksOf(facts, { rules: rulesOf(text), risk });

  it('ask for one person where nothing is written', () => {
    expect(asks('  max-slowdown: 2\n')).toMatchObject([{ what: 'persons', count: 1, at: 'built in' }]);
  });

  it('ask by tier and facts, each with its line', () => {
    const text = [
      '  review:',
      '    - { when: { tier: high }, persons: 2 }',
      '    - { when: { tier: [medium, high], package: torch }, trees: [ops-maint], principals: [ben], ticket: true }',
      '  tickets: { pattern: OPS-*, required: [{ flag: --lowvram }] }',
      '',
    ].join('\n');
    const rules = config(`principals: [{ name: ben, os-users: [ben] }]\npolicy:\n${text}`).policy.rules ?? noRules;
    expect(asksOf(facts, { rules, risk: 'medium' }).map(({ what, at }) => `${what} ${at}`)).toEqual([
      'persons built in',
      'tree orchestrate.yaml:8',
      'principal orchestrate.yaml:8',
      'ticket orchestrate.yaml:8',
      'ticket orchestrate.yaml:9',
    ]);
    expect(asksOf(facts, { rules, risk: 'high' }).filter(({ what }) => what === 'persons')).toHaveLength(2);
  });

  it('let a rule approve alone only where none asks for what a person gives', () => {
    const may = (text: string) => ruleSuffices(asks(text), { risk: 'medium', autoMerge: ['medium'] });
    expect(may('  max-slowdown: 2\n')).toBe(true);
    expect(may('  review: [{ trees: [ops-maint], window: true }]\n')).toBe(true);
    for (const one of ['persons: 1', 'ticket: true', 'comment: true', 'signature: true'])
      expect({ one, may: may(`  review: [{ ${one} }]\n`) }).toEqual({ one, may: false });
    expect(ruleSuffices([], { risk: 'high', autoMerge: ['medium', 'low'] })).toBe(false);
  });
});

const person = (name: string, more: Partial<Principal> = {}): Principal => ({
  ...{ name, osUsers: [name], sshKeys: [], trees: [], mayBreakGlass: false, at: 'orchestrate.yaml:9' },
  ...more,
});
const yes = (name: string, more: Partial<Approval> = {}): Approval => ({
  ...{ row: 1, by: { kind: 'person', name }, when: 'now', ticket: null, comment: null },
  ...{ isSigned: false, brokeGlass: false, ...more },
});

describe('who may approve', () => {
  it('is everybody by login where no principal is written', () => {
    expect(principalOf(undefined, 'anna')).toMatchObject({ kind: 'one', principal: { name: 'anna' } });
    expect(approversOf(undefined, { tree: 'x', authors: ['anna'] })).toEqual({ others: undefined, authorMay: true });
  });

  it('is nobody whose login is not written, and needs a signature where several share one', () => {
    const principals = [person('anna', { osUsers: ['root'] }), person('ben', { osUsers: ['root', 'ben'] })];
    expect(principalOf(principals, 'eve').kind).toBe('none');
    expect(principalOf(principals, 'root')).toEqual({ kind: 'several', names: ['anna', 'ben'] });
    expect(principalOf(principals, 'ben')).toMatchObject({ kind: 'one', principal: { name: 'ben' } });
  });

  it('is another than the author where there is another, and the author where there is none', () => {
    const [anna, ben] = [person('anna'), person('ben')];
    expect(approversOf([anna, ben], { tree: 'x', authors: ['anna'] })).toEqual({ others: ['ben'], authorMay: false });
    expect(approversOf([anna], { tree: 'x', authors: ['anna'] })).toEqual({ others: ['anna'], authorMay: true });
    const elsewhere = person('ben', { trees: ['y'] });
    expect(approversOf([anna, elsewhere], { tree: 'x', authors: ['anna'] }).authorMay).toBe(true);
  });
});

describe('standingOf', () => {
  const all = { others: ['anna', 'ben', 'eva'], authorMay: false };
  const two = { what: 'persons', count: 2, at: 'f:1', why: 'w' } as const;
  const stands = (asks: Parameters<typeof standingOf>[0], given: readonly Approval[], approvers = all) =>
    standingOf(asks, given, { approvers, ruleMay: false });

  it('counts a person once, and only who may', () => {
    expect(stands([two], [yes('anna'), yes('anna')]).missing.map(missingText)).toEqual(['1 of 2 persons (ben or eva)']);
    expect(stands([two], [yes('anna'), yes('mallory')]).isEnough).toBe(false);
    expect(stands([two], [yes('anna'), yes('ben')]).isEnough).toBe(true);
  });

  it('never waits for more persons than there are', () => {
    const alone = { others: ['anna'], authorMay: true };
    expect(stands([two], [yes('anna')], alone).isEnough).toBe(true);
    expect(stands([two], [yes('root')], { others: undefined as never, authorMay: true }).isEnough).toBe(true);
  });

  it('waits for the one who is named, unless they made it', () => {
    const named = { what: 'principal', principal: 'ben', at: 'f:1', why: 'w' } as const;
    expect(stands([named], [yes('anna')]).missing.map(missingText)).toEqual(['the approval of ben']);
    expect(stands([named], [yes('anna')], { others: ['anna', 'eva'], authorMay: false }).isEnough).toBe(true);
  });

  it('counts no unsigned yes where a signature is asked for, not even one that breaks the glass', () => {
    const signed = { what: 'signature', at: 'f:1', why: 'w' } as const;
    expect(stands([signed], [yes('anna', { brokeGlass: true })]).isEnough).toBe(false);
    expect(stands([signed], [yes('anna', { isSigned: true })]).isEnough).toBe(true);
  });

  it('takes a broken glass for everything else', () => {
    const ticket = { what: 'ticket', at: 'f:1', why: 'w' } as const;
    expect(stands([two, ticket], [yes('anna')]).missing).toHaveLength(2);
    expect(stands([two, ticket], [yes('anna', { brokeGlass: true })]).isEnough).toBe(true);
    expect(stands([two, ticket], [yes('mallory', { brokeGlass: true })]).isEnough).toBe(false);
  });

  it('takes the yes of a rule only where a rule may', () => {
    const rule = yes('auto-merge-low', { by: { kind: 'rule', name: 'auto-merge-low' } });
    expect(standingOf([two], [rule], { approvers: all, ruleMay: true }).isEnough).toBe(true);
    expect(standingOf([two], [rule], { approvers: all, ruleMay: false }).isEnough).toBe(false);
  });
});

describe('what nobody can give', () => {
  const person = (name: string, more: Partial<Principal> = {}): Principal => ({
    ...{ name, osUsers: [name], sshKeys: [], trees: [], mayBreakGlass: false, at: 'orchestrate.yaml:3' },
    ...more,
  });
  const trees = ['env-setup', 'models-integ'];
  const signing = rulesOf('  review: [{ signature: true }]\n');

  it('is a tree that no principal looks after', () => {
    expect(policyGaps([person('anna', { trees: ['models-integ'] })], { trees })).toEqual([
      {
        sentence: 'nobody may approve a change of env-setup: it is in trees of no principal',
        at: 'orchestrate.yaml:3',
      },
    ]);
    expect(policyGaps([person('anna', { trees: ['models-integ'] }), person('ben')], { trees })).toEqual([]);
    expect(policyGaps(undefined, { trees })).toEqual([]);
  });

  it('is a signature where none of who may approve has a key', () => {
    const keyed = person('ben', { sshKeys: ['ssh-ed25519 AAAA'], trees: ['models-integ'] });
    expect(policyGaps([person('anna'), keyed], { rules: signing, trees })).toEqual([
      {
        sentence: 'nobody can sign the approval of a change of env-setup: none of who may approve it has ssh-keys',
        at: 'orchestrate.yaml:5',
      },
    ]);
    expect(policyGaps([{ ...keyed, trees: [] }], { rules: signing, trees })).toEqual([]);
  });
});
