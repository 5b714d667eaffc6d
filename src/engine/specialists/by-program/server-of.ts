import { Fault } from '../../../base/fault.ts';
import type { ProgramRunner } from '../../../domain/agent-programs/agent-program.ts';
import type { Agent } from '../../../domain/definitions/types.ts';
import { builtInProviders } from '../../../domain/providers/built-in.ts';
import type { Dialect, Provider } from '../../../domain/providers/provider.ts';
import type { EngineContext } from '../../context.ts';

/** Whom a program asks where nobody says otherwise; null: it has several, or only it knows. */
const ownProvider: Readonly<Record<ProgramRunner, string | null>> = {
  'claude-code': 'anthropic',
  codex: 'openai',
  opencode: null,
  acp: null,
};

/** What a program can be told to speak with a server; it finds its own way to its own provider. */
const speaks: Readonly<Record<ProgramRunner, readonly Dialect[]>> = {
  'claude-code': ['anthropic'],
  codex: ['openai-responses'],
  opencode: ['anthropic', 'openai-responses', 'openai-chat'],
  acp: [],
};

export interface AskedServer {
  /** Null: the program asks its own provider, with its own login. */
  readonly server: Provider | null;
  readonly provider: string | null;
  /** As the server names it; null: the program's own choice. */
  readonly model: string | null;
}

/**
 * Returns which server a program asks: that of the provider in the agent's `model: provider/model`, else that of its own provider where
 * `compute.providers` gives it another address. Fault `USAGE_BAD_ARGUMENT` for a server that it cannot speak with.
 */
export function serverOf(
  { config }: Pick<EngineContext, 'config'>,
  { runner, agent }: { runner: ProgramRunner; agent: Pick<Agent, 'id' | 'model'> },
): AskedServer {
  const slash = agent.model?.indexOf('/') ?? -1;
  const providers = config.compute?.providers ?? [];
  const named = providers.find(({ id }) => slash > 0 && id === agent.model?.slice(0, slash));
  const provider = named ?? providers.find(({ id }) => id === ownProvider[runner]);
  const model = named === undefined ? agent.model : (agent.model?.slice(slash + 1) ?? null);
  if (provider === undefined) return { server: null, provider: ownProvider[runner], model };
  if (isBuiltIn(provider) && (named === undefined || named.id === ownProvider[runner] || runner === 'opencode'))
    return { server: null, provider: provider.id, model: runner === 'opencode' ? agent.model : model };
  if (!speaks[runner].includes(provider.dialect))
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `${runner} cannot ask ${provider.id}, as ${agent.id} wants: that speaks ${provider.dialect}${speaks[runner].length === 0 ? '' : `, and it ${speaks[runner].join(' or ')}`}.`,
      { hints: ['Name another model in the agent’s file, or another runner.'], state: 'Nothing was started.' },
    );
  return { server: provider, provider: provider.id, model: model ?? provider.models[0]?.id ?? null };
}

const isBuiltIn = ({ id, url }: Provider): boolean => builtInProviders.some((one) => one.id === id && one.url === url);
