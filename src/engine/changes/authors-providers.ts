import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** Returns the providers whose models planned a run or worked in it: another one reads with other eyes. */
export function authorsProviders({ ledger }: Pick<Engine, 'ledger'>, run: string): readonly string[] {
  const planned = dataOf('plan.drafted', ledger.latest(`plan-draft:${run}`))?.provider;
  const worked = ledger.read({ run, kinds: ['step.reported'] }).flatMap((entry) => {
    const provider = dataOf('step.reported', entry)?.output['provider'];
    return typeof provider === 'string' ? [provider] : [];
  });
  return [...new Set([...(planned === undefined ? [] : [planned]), ...worked])];
}
