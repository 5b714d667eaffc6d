import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { planSlots, whyStays } from '../removal/take-away.ts';

/** Returns why a tree cannot go now, or undefined: a run or a change of it is open, or a slot of it has something in it. */
export async function whyTreeInUse(engine: Engine, id: string): Promise<string | undefined> {
  for (const { subject, isFinal } of engine.host.all('run')) {
    const plan = dataOf('plan.made', engine.ledger.latest(`plan:${subject}`))?.plan;
    if (!isFinal && plan?.tree === id) return `${subject} works there`;
  }
  for (const { subject, isFinal, state } of engine.host.all('change')) {
    const drafted = dataOf('change.drafted', engine.ledger.latest(`change:${subject}`));
    if (!isFinal && drafted?.tree === id) return `${subject} of it is ${state}`;
  }
  const slots = (await engine.home.listSlots()).map(({ name }) => name).filter((name) => name.split('@')[0] === id);
  for (const item of (await planSlots(engine, slots)).items) {
    const why = whyStays(item);
    if (why !== undefined) return `${item.target.name} has to stay: ${why}`;
  }
  return undefined;
}
