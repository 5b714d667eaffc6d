import { expect, it } from 'vitest';

import type { Message } from '../../../../src/domain/conversations/message.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { ScriptedAnswer } from '../../../fakes/fake-language-models.ts';
import { ask, closedAs, type Death, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { anna, createWorld, upgrade, type World } from '../../../fakes/fake-world.ts';
import { fixer } from './scene.ts';

const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };
const page = 'docs/env-setup/notes.md';

/** What the model says next, by how often it spoke: the same whoever asks, as a model at temperature 0. */
const turns: readonly ScriptedAnswer[] = [
  { calls: [call('write_file', { path: page, text: 'n=0\n' })] },
  // Done twice it shows: each of them adds one.
  {
    calls: [
      call('edit_file', { path: page, old: 'n=', new: 'n=1' }),
      call('memory_put', { key: 'swarm/env-setup/n.md', text: 'one' }),
    ],
  },
  {
    text: 'Once more.',
    calls: [
      call('edit_file', { path: page, old: 'n=', new: 'n=1' }),
      call('bus_send', { to: 'tree:ops-maint', subject: 'done' }),
    ],
  },
  { calls: [call('finish', { summary: 'Noted.', evidence: [page] })] },
];

function call(name: string, input: object) {
  return { name, arguments: JSON.stringify(input) };
}

/** An upgrade whose first step is a model's. */
async function begun(): Promise<World> {
  const made = await createWorld({ config: 'compute:\n  providers:\n    anthropic: {}\n' });
  const [first, ...rest] = upgrade.steps;
  if (first === undefined) throw new Error('the playbook has no steps');
  const work = {
    ...first,
    id: 'fix',
    action: 'agent.work',
    agent: fixer.id,
    with: { task: 'Write down what you see.' },
  };
  const playbook = { ...upgrade, steps: [work, { ...first, needs: ['fix'] }, ...rest] };
  const definitions = {
    ...made.context.definitions,
    agents: new Map([[fixer.id, fixer]]),
    playbooks: new Map([[playbook.id, playbook]]),
  };
  made.models.otherwise(({ messages }) => turns[messages.filter(isOfModel).length] ?? { text: 'That is all.' });
  const world = { ...made, context: { ...made.context, definitions } };
  await ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });
  return world;
}

const isOfModel = ({ role }: Message): boolean => role === 'model';

async function carriedOut(deaths: readonly Death[]): Promise<{ world: World; from: number; to: number }> {
  const world = await begun();
  for (const death of deaths) {
    const mortal = startSupervisor(world, death);
    await passUntil(world, () => mortal.isDead || closedAs(world, 'r1') !== undefined);
    await mortal.kill();
  }
  const supervisor = startSupervisor(world);
  const { append } = world.transcripts;
  const at: number[] = [];
  world.transcripts.append = (...given) => {
    at.push(supervisor.nSteps);
    return append(...given);
  };
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  await supervisor.stop();
  return { world, from: Math.min(...at) - 5, to: Math.max(...at) + 8 };
}

/** What must be the same however often the process died on the way. */
async function outcome(world: World): Promise<object> {
  const head = world.home.head();
  const ledger = world.ledgers.open();
  const used = ledger.read({ kinds: ['tool.used'], limit: 100 }).map((entry) => dataOf('tool.used', entry)?.sentence);
  const sent = ledger.read({ kinds: ['bus.sent'], limit: 100 }).filter(({ data }) => data['from'] === 'agent:fixer');
  const bytes = await world.store.readFile(await world.store.treeOf(head), page);
  const ended = ledger
    .read({ kinds: ['conversation.ended'], limit: 100 })
    .map((one) => dataOf('conversation.ended', one));
  return {
    run: closedAs(world, 'r1'),
    page: new TextDecoder().decode(bytes),
    used,
    nSent: sent.length,
    memory: (await world.context.memory.get('swarm/env-setup/n.md'))?.version,
    ended: ended.map((one) => [one?.outcome, one?.nTurns, one?.paths]),
    chain: ledger.verify().kind,
  };
}

const straight = carriedOut([]);

it('a model at work comes to an end when nobody kills it, and what it wrote is on the branch', async () => {
  const { world } = await straight;
  expect(await outcome(world)).toMatchObject({
    ...{ run: 'done', page: 'n=110\n', nSent: 1, memory: 1, ended: [['done', 4, [page]]], chain: 'holds' },
    used: [
      'write docs/env-setup/notes.md, 4 bytes',
      'edit docs/env-setup/notes.md in 1 place',
      'write memory swarm/env-setup/n.md',
      'edit docs/env-setup/notes.md in 1 place',
      'tell tree:ops-maint: done',
    ],
  });
});

/** Spread over the conversation. */
const kills = Array.from({ length: 4 }, (_one, part) => ({
  part,
  parts: 4,
  when: part % 2 === 0 ? ('before' as const) : ('after' as const),
}));

it.each(kills)(
  'ends the same when it is killed $when the step at $part/$parts of the conversation',
  async ({ part, parts, when }) => {
    const { world, from, to } = await straight;
    const step = from + Math.floor(((to - from) * part) / parts);
    const { world: other } = await carriedOut([{ step, when }]);
    expect(await outcome(other), `killed ${when} step ${step}`).toEqual(await outcome(world));
  },
);

it('ends the same when it is killed again and again', async () => {
  const { world, from, to } = await straight;
  // Each life begins with its own steps of starting; it dies a little later each time.
  const deaths = Array.from({ length: 6 }, (_one, index): Death => {
    return { step: from + Math.floor(((to - from) * index) / 6), when: index % 2 === 0 ? 'after' : 'before' };
  });
  const { world: other } = await carriedOut(deaths);
  expect(await outcome(other)).toEqual(await outcome(world));
});
