import { expect, it } from 'vitest';

import { type Address, findAddress } from '../../../../src/domain/bus/address.ts';
import { mailboxesOf, mailboxesOfAgent } from '../../../../src/domain/bus/route.ts';
import type { Agent, Definitions } from '../../../../src/domain/definitions/types.ts';
import { tree, upgrade } from '../../../fakes/fake-world.ts';

const agent = (id: string, inTree: string): [string, Agent] => [id, { id, tree: inTree } as Agent];
const definitions: Definitions = {
  agents: new Map([agent('a1', 'env-setup'), agent('a2', 'env-setup'), agent('b1', 'ops-maint')]),
  trees: new Map([
    ['env-setup', tree({ id: 'env-setup', listens: ['memory_pressure_alert'] })],
    ['ops-maint', tree({ id: 'ops-maint', listens: ['memory_pressure_alert', 'other'] })],
  ]),
  playbooks: new Map([['p', { ...upgrade, id: 'p', on: ['new_models_available'] }]]),
};
const groups = { night: ['person:anna', 'tree:ops-maint'] as const };
const config = { bus: { mailbox: 1, attempts: 1, keepSeconds: 1, groups } };

it.each<[Address, readonly string[]]>([
  ['agent:a1', ['agent:a1']],
  ['agent:nobody', []],
  ['tree:env-setup', ['tree:env-setup']],
  ['tree:nowhere', []],
  ['topic:memory_pressure_alert', ['tree:env-setup', 'tree:ops-maint']],
  ['topic:new_models_available', ['topic:new_models_available']],
  ['topic:unheard', []],
  ['group:env-setup', ['agent:a1', 'agent:a2']],
  ['group:all', ['agent:a1', 'agent:a2', 'agent:b1']],
  ['group:night', ['person:anna', 'tree:ops-maint']],
  ['group:nobody', []],
  ['person:anna', ['person:anna']],
  ['run:r1', ['run:r1']],
  ['run:r2', []],
  ['supervisor:', []],
])('%s stands for %j', (to, mailboxes) => {
  expect(mailboxesOf({ definitions, config, isOpenRun: (run) => run === 'r1' }, to)).toEqual(mailboxes);
});

it('lets an agent take from its own mailbox, its tree’s and its run’s', () => {
  expect(mailboxesOfAgent({ agent: 'a1', tree: 'env-setup', run: 'r1' })).toEqual([
    'agent:a1',
    'tree:env-setup',
    'run:r1',
  ]);
});

it.each(['agentx', 'agent', 'agent:', 'agent:A', 'agent:../x', 'nobody:x', ':x', 'supervisor', 'supervisor:x', ''])(
  'takes %j for no address',
  (text) => {
    expect(findAddress(text)).toBeUndefined();
  },
);
