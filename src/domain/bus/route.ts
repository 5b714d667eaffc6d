import type { Definitions, InstallationConfig } from '../definitions/types.ts';
import { type Address, kindOf, nameOf } from './address.ts';

/**
 * Returns the mailboxes that an address stands for now, each once; none: nobody there would read it. A topic stands for the trees
 * that listen to it, and for itself where a playbook starts on it; `group:<tree>` for the agents that work in the tree, `group:all`
 * for every agent, any other for those whom `bus.groups` names. A run has mail while it is open. Any login may have mail: who reads it
 * is not known beforehand.
 */
export function mailboxesOf({ definitions, config, isOpenRun }: Recipients, to: Address): readonly Address[] {
  const name = nameOf(to);
  switch (kindOf(to)) {
    case 'agent':
      return definitions.agents.has(name) ? [to] : [];
    case 'tree':
      return definitions.trees.has(name) ? [to] : [];
    case 'topic':
      return [...listenersOf(definitions, name), ...(playbooksOn(definitions, name).length > 0 ? [to] : [])];
    case 'group':
      return config.bus.groups[name] ?? agentsOf(definitions, name);
    case 'run':
      return isOpenRun(name) ? [to] : [];
    case 'person':
      return [to];
    case 'supervisor':
      return [];
  }
}

/** Who may have mail. */
export interface Recipients {
  readonly definitions: Definitions;
  readonly config: Pick<InstallationConfig, 'bus'>;
  /** Whether there is such a run and it is not closed. */
  readonly isOpenRun: (run: string) => boolean;
}

/** Returns the mailboxes that an agent takes from while it works in a run: its own, its tree's and the run's. */
export const mailboxesOfAgent = ({
  agent,
  tree,
  run,
}: Record<'agent' | 'tree' | 'run', string>): readonly Address[] => [`agent:${agent}`, `tree:${tree}`, `run:${run}`];

/** Returns the ids of the playbooks that a message on the topic starts. */
export const playbooksOn = ({ playbooks }: Definitions, topic: string): readonly string[] =>
  [...playbooks.values()].filter(({ on }) => on.includes(topic)).map(({ id }) => id);

const listenersOf = ({ trees }: Definitions, topic: string): readonly Address[] =>
  [...trees.values()].filter(({ listens }) => listens.includes(topic)).map(({ id }): Address => `tree:${id}`);

const agentsOf = ({ agents }: Definitions, group: string): readonly Address[] =>
  [...agents.values()].filter(({ tree }) => group === 'all' || tree === group).map(({ id }): Address => `agent:${id}`);
