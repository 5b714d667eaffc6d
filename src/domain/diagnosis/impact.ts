import { maskSecrets } from '../alerts/mask-secrets.ts';
import type { PackClasses } from '../instances/node-packs.ts';
import { isNamed } from '../usage/unused.ts';
import type { Diagnosed } from './diagnose.ts';
import type { Finding } from './finding.ts';
import type { Stage } from './signature.ts';

/** Who is hit by a failure. */
export interface Impact {
  /** `service`: everything; `named`: what is listed; `unknown`: nobody can tell. */
  readonly scope: 'service' | 'named' | 'unknown';
  /** Declared workflows that are hit, sorted, at most 20 of them. */
  readonly workflows: readonly string[];
  /** How many are hit. */
  readonly nHit: number;
  /** Workflows that are declared. */
  readonly nDeclared: number;
  /** Model files that are to blame, and node packs that are, or that a missing node comes from. */
  readonly models: readonly string[];
  readonly packs: readonly string[];
  /** Packs of which no proof says which nodes they bring: who needs them is not known. */
  readonly unproven: readonly string[];
  /** Prompts that are hit of those that run and wait now, and of how many clients (open pages, programs) they are; absent: not known. */
  readonly waiting?: { readonly nPrompts: number; readonly nClients: number };
}

/** A prompt that production works on or has in its queue. */
export interface WaitingPrompt {
  /** Whose it is, by the id that the page or program gave itself; null: it gave none. */
  readonly client: string | null;
  readonly classes: readonly string[];
  readonly models: readonly string[];
}

/** What an installation has: its workflows, and the nodes that packs brought when they were proven. */
export interface Installed {
  readonly workflows: readonly {
    readonly name: string;
    readonly classes: readonly string[];
    readonly models: readonly string[];
  }[];
  readonly packs: readonly PackClasses[];
  /** Absent: nobody could be asked. */
  readonly waiting?: readonly WaitingPrompt[];
}

const maxListed = 20;
/** Without anybody to blame, a failure of these is one of the whole service. */
const wholeStages: ReadonlySet<Stage> = new Set(['death', 'start', 'config', 'environment', 'resource']);
/** And of these with a port, a flag or a path to blame as well. */
const startStages: ReadonlySet<Stage> = new Set(['death', 'start']);

/** Returns who is hit by a finding and by what follows from it, in the order of the findings. */
export function impacts(
  found: readonly Diagnosed[],
  stageOf: (signature: string) => Stage | undefined,
  installed: Installed,
): readonly Impact[] {
  const own = found.map(({ finding }) => ownHit(finding, stageOf(finding.signature), installed));
  return found.map(({ finding }, at) => {
    const mine = own[at] ?? nobody(installed);
    const following = own.filter(
      (_, other) => other !== at && found[other]?.chain.slice(1).includes(finding.signature),
    );
    const named = [mine, ...following].filter(({ scope }) => scope === 'named');
    return bounded(mine.scope === 'service' || named.length === 0 ? mine : joined(named, installed));
  });
}

/** What is hit, with the prompts themselves: of two that are joined none is counted twice. */
type Hit = Omit<Impact, 'waiting'> & { readonly waiting?: readonly WaitingPrompt[] };

function ownHit(
  { culprit, severity }: Pick<Finding, 'culprit' | 'severity'>,
  stage: Stage | undefined,
  installed: Installed,
): Hit {
  const { packs } = installed;
  const nobodyYet = nobody(installed);
  const [kind, name] = partsOf(culprit);
  const using = (test: (one: Uses) => boolean): Pick<Hit, 'workflows' | 'waiting'> => ({
    workflows: installed.workflows.filter(test).map((one) => one.name),
    ...(installed.waiting === undefined ? {} : { waiting: installed.waiting.filter(test) }),
  });
  switch (kind) {
    case 'pack': {
      const known = packs.find(({ pack }) => pack === name);
      if (known === undefined) return { ...nobodyYet, scope: 'named', packs: [name], unproven: [name] };
      const classes = new Set(known.nodeClasses);
      const hit = using((one) => one.classes.some((each) => classes.has(each)));
      return { ...nobodyYet, scope: 'named', packs: [name], ...hit };
    }
    case 'node': {
      const from = packs.filter(({ nodeClasses }) => nodeClasses.includes(name)).map(({ pack }) => pack);
      return { ...nobodyYet, scope: 'named', packs: from, ...using((one) => one.classes.includes(name)) };
    }
    case 'model': {
      const path = `/${name.replaceAll('\\', '/')}`;
      return { ...nobodyYet, scope: 'named', models: [name], ...using((one) => isNamed(path, new Set(one.models))) };
    }
    default: {
      const isWhole =
        culprit === null
          ? severity === 'critical' && wholeStages.has(stage ?? 'cosmetic')
          : startStages.has(stage ?? 'cosmetic');
      return isWhole ? { ...nobodyYet, scope: 'service', ...using(() => true) } : nobodyYet;
    }
  }
}

type Uses = Pick<WaitingPrompt, 'classes' | 'models'>;

const nobody = ({ workflows }: Installed): Hit => ({
  ...{ scope: 'unknown', workflows: [], nHit: 0, nDeclared: workflows.length, models: [], packs: [], unproven: [] },
});

function partsOf(culprit: string | null): readonly [kind: string, name: string] {
  const at = culprit?.indexOf(':') ?? -1;
  return culprit === null || at < 0 ? ['', ''] : [culprit.slice(0, at), culprit.slice(at + 1)];
}

function joined(all: readonly Hit[], installed: Installed): Hit {
  const each = (of: (one: Hit) => readonly string[]): readonly string[] => [...new Set(all.flatMap(of))].toSorted();
  return {
    ...nobody(installed),
    scope: 'named',
    workflows: each((one) => one.workflows),
    models: each((one) => one.models),
    packs: each((one) => one.packs),
    unproven: each((one) => one.unproven),
    // Of one of which it is not known who needs it, who waits for it is not known either.
    ...(all.some(({ waiting }) => waiting === undefined)
      ? {}
      : { waiting: [...new Set(all.flatMap(({ waiting = [] }) => waiting))] }),
  };
}

/** It stands in rows: lists are cut, and what came from logs is looked through for secrets. */
const bounded = ({ waiting, ...impact }: Hit): Impact => ({
  ...impact,
  ...(waiting === undefined ? {} : { waiting: counted(waiting) }),
  nHit: impact.workflows.length,
  workflows: impact.workflows.slice(0, maxListed),
  models: impact.models.slice(0, maxListed).map(maskSecrets),
  packs: impact.packs.slice(0, maxListed).map(maskSecrets),
  unproven: impact.unproven.slice(0, maxListed).map(maskSecrets),
});

const counted = (prompts: readonly WaitingPrompt[]): NonNullable<Impact['waiting']> => ({
  nPrompts: prompts.length,
  nClients: new Set(prompts.flatMap(({ client }) => client ?? [])).size,
});

/** Returns it as a sentence, or null where there is nothing to say: `It hits 2 of 5 declared workflows: portrait, upscale.` */
export function impactText(impact: Impact): string | null {
  const sentences = [workflowText(impact), waitingText(impact)].filter((one) => one !== null);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function workflowText({ scope, workflows, nHit, nDeclared, unproven }: Impact): string | null {
  if (scope === 'unknown' || nDeclared === 0) return null;
  if (scope === 'service')
    return nDeclared === 1 ? 'It hits the declared workflow.' : `It hits all ${nDeclared} declared workflows.`;
  const [unknown] = unproven;
  const notKnown =
    unknown === undefined ? [] : [`Which workflows need ${unknown} is not known: no proof had its nodes.`];
  if (nHit === 0) return notKnown[0] ?? 'It hits no declared workflow.';
  const more = nHit > 5 ? ` and ${nHit - 5} more` : '';
  const hit = `It hits ${nHit} of ${nDeclared} declared workflows: ${workflows.slice(0, 5).join(', ')}${more}.`;
  return [hit, ...notKnown].join(' ');
}

function waitingText({ scope, waiting }: Impact): string | null {
  if (scope === 'unknown' || waiting === undefined || waiting.nPrompts === 0) return null;
  const { nPrompts, nClients } = waiting;
  const whose = nClients === 0 ? '' : nClients === 1 ? ' of one client' : ` of ${nClients} clients`;
  return nPrompts === 1 ? `One prompt${whose} needs it now.` : `${nPrompts} prompts${whose} need it now.`;
}
