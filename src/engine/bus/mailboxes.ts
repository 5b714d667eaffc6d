import { type Address, kindOf, nameOf } from '../../domain/bus/address.ts';
import type { EngineContext } from '../context.ts';

/** Returns the mailboxes that an address stands for now; none: nobody there would read it. */
export function mailboxesOf({ definitions }: Pick<EngineContext, 'definitions'>, to: Address): readonly Address[] {
  const name = nameOf(to);
  switch (kindOf(to)) {
    case 'agent':
      return definitions.agents.has(name) ? [to] : [];
    case 'tree':
      return definitions.trees.has(name) ? [to] : [];
    case 'topic':
      return [
        ...[...definitions.trees.values()]
          .filter(({ listens }) => listens.includes(name))
          .map(({ id }) => `tree:${id}` as const),
        ...([...definitions.playbooks.values()].some(({ on }) => on.includes(name)) ? [to] : []),
      ];
    case 'person':
    case 'run':
      return [to];
    case 'group':
    case 'supervisor':
      return [];
  }
}
