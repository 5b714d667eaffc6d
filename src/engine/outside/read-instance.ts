import { asGitTreeId } from '../../base/ids.ts';
import type { Component } from '../../domain/instances/components.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import { packagesAuthor } from '../../domain/outside/author.ts';
import { componentDifference, type MovedComponent, movedComponents } from '../../domain/outside/compare.ts';
import { type Found, maxDetails } from '../../domain/outside/difference.ts';
import type { AdoptedState, ComponentState } from '../../domain/outside/state.ts';
import type { EngineContext } from '../context.ts';
import { componentsOf } from './baseline.ts';
import { readComponents, smallText } from './read-component.ts';
import { readTraces, spanOf } from './read-traces.ts';

type Composed = JournalKinds['instance.composed'];

/**
 * Compares production's own composed folder with what it was composed from: packs that write into their own folder,
 * and a Manager that installs there, lose it when production stops. `known`: components on the branch.
 */
export async function instanceDifferences(
  context: EngineContext,
  composed: Composed,
  options: { readonly known: readonly Component[]; readonly managerFiles: AdoptedState['managerFiles'] },
): Promise<readonly Found[]> {
  const program = `${composed.dir}/ComfyUI`;
  if ((await context.outside.files.info(program))?.kind !== 'directory') return [];
  const before = await componentsOf(context, asGitTreeId(composed.tree));
  const now = await readComponents(context, program, {
    cacheKey: `outside:${composed.instance}`,
    known: new Set(),
  });
  const found: Found[] = [];
  for (const moved of movedComponents(before.map(asState), now.map(withoutCommit))) {
    const traces = await readTraces(context, program, moved);
    const known = options.known.find(({ path }) => path === moved.path);
    const one = componentDifference(restoreOrigin(moved, now), traces, { managerFiles: options.managerFiles, known });
    found.push({
      ...one,
      kind: 'instance',
      // What was taken away inside production is there again at its next start.
      take: one.take?.kind === 'component' ? { ...one.take, component: asKnown(one.take.component, known) } : null,
      whyNot: one.take?.kind === 'drop-component' ? 'it is there again at the next start' : one.whyNot,
    });
  }
  return [...found, ...(await besidePackages(context, composed))];
}

const asState = ({ path, tree, source }: Component): ComponentState => ({
  path,
  place: path,
  state: 'in use',
  tree,
  reason: null,
  source,
  commit: null,
  isTracked: false,
  version: null,
});

/** The folder of an instance is no place to come from: an edited pack came from where the branch says. */
const asKnown = (component: Component, known: Component | undefined): Component =>
  known === undefined || component.commit !== null
    ? component
    : { ...component, source: known.source, commit: known.commit };

/** A composed folder has no git of its own: only files count. */
const withoutCommit = (one: ComponentState): ComponentState => ({ ...one, commit: null });

/** A pack that was cloned there does have one: it names where it came from. */
function restoreOrigin(moved: MovedComponent, now: readonly ComponentState[]): MovedComponent {
  return {
    ...moved,
    now: moved.now === null ? null : (now.find(({ place }) => place === moved.now?.place) ?? moved.now),
  };
}

/** Packages that an installer put into `outside-packages`, where production's installers are pointed. */
async function besidePackages(context: EngineContext, composed: Composed): Promise<readonly Found[]> {
  const { files } = context.outside;
  const dir = `${composed.dir}/outside-packages`;
  const infos = (await files.list(dir)).filter((name) => name.endsWith('.dist-info'));
  if (infos.length === 0) return [];
  const installers: (string | null)[] = [];
  const times: number[] = [];
  for (const name of infos.slice(0, 200)) {
    installers.push((await smallText(files, `${dir}/${name}/INSTALLER`))?.trim() ?? null);
    const atMs = (await files.info(`${dir}/${name}`))?.mtimeMs;
    if (atMs !== undefined) times.push(atMs);
  }
  const packages = infos.map((name) => name.slice(0, -'.dist-info'.length).replace('-', ' '));
  return [
    {
      kind: 'instance-packages',
      subject: 'outside-packages',
      how: 'added',
      name: 'outside-packages',
      from: null,
      to: null,
      details: packages.slice(0, maxDetails),
      nDetails: packages.length,
      when: spanOf(times),
      who: packagesAuthor(installers),
      mark: packages.join('\n'),
      take: null,
      whyNot: `they lie beside the sealed environment and go when production stops: ask for them by name, e.g. orchestrate run "add package ${packages[0]?.split(' ')[0] ?? ''}"`,
    },
  ];
}
