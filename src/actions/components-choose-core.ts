import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../base/ids.ts';
import { didYouMean } from '../domain/definitions/did-you-mean.ts';
import { mergeRequirements } from '../domain/environments/merge-requirements.ts';
import { chooseVersion, type OfferedVersion } from '../domain/instances/choose-version.ts';
import { type Component, parseComponents, printComponents } from '../domain/instances/components.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import type { PlanDraft } from '../domain/plans/plan.ts';
import { userFolderLimits } from '../domain/restore/user-folder.ts';
import { componentBase, readText } from './_component-base.ts';
import { carryEdits, editsBetween, editsOf, fetchedTree } from './_component-tree.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { joinedQuestions } from './_questions.ts';
import { resolveComponents } from './_resolve-components.ts';

const input = z.object({
  /** Id of a node pack; empty for ComfyUI itself. */
  component: z.string().default(''),
  /** Tag, branch or commit; empty for the newest release. */
  version: z.string().default(''),
  /** Tag or commit that the files on the branch came from, where nothing says it. */
  base: z.string().default(''),
  /** `drop` leaves local edits behind. */
  edits: z.string().default('carry'),
});

/**
 * Chooses the version of ComfyUI, or of one node pack, to move to: fetches its files into the trusted store, where
 * nothing can start them yet, carries the person's edits over, merges its requirements into requirements.in and resolves
 * the lock again. Files that have not been on the branch have to be approved by a person, each time, before anything is started from them.
 * Faults: `COMPONENT_NOT_FOUND`, `COMPONENT_VERSION_NOT_FOUND`, `NOTHING_TO_DO`, `CHANGE_CONFLICT`, `PACKAGE_CONFLICT`,
 * those of `ComponentSources` and of the index.
 */
export const componentsChooseCore = definePlanningAction({
  id: 'components.choose-core',
  summary: 'Choose the version of ComfyUI or of a node pack to move to',
  effect: 'plan',
  input,
  async plan(context, asked): Promise<PlanDraft> {
    if (asked.edits !== 'carry' && asked.edits !== 'drop')
      throw new Fault('USAGE_BAD_ARGUMENT', `edits is either carry or drop, not ${JSON.stringify(asked.edits)}.`, {
        hints: ['--set edits=carry', '--set edits=drop'],
        state: 'Nothing was changed.',
      });
    const text = (path: string): Promise<string> => readBranch(context, path);
    const components = parseComponents(await text('components.lock'));
    const component = findComponent(components, asked.component);
    const versions = await context.sources.versions(component.source);
    const base = await componentBase(context, { component, versions, asked: asked.base });
    const to = chooseVersion({ versions, asked: asked.version, current: base.current });
    const what = component.path === '.' ? 'ComfyUI' : component.id;
    if (to.kind === 'newest')
      throw new Fault('NOTHING_TO_DO', `${what} is at the newest there is: ${to.name}.`, {
        state: 'Nothing was changed.',
      });
    if (to.kind === 'unknown')
      throw new Fault('COMPONENT_VERSION_NOT_FOUND', `${to.sentence} The source is ${component.source}.`, {
        hints: [`Releases there: ${newestNames(versions)}`],
        state: 'Nothing was changed.',
      });

    const next = await fetchedTree(context, component, to);
    const edits = await editsOf(context, component, base.tree);
    const isCarried = edits.length > 0 && asked.edits === 'carry';
    const tree = isCarried ? await carryEdits(context, component, { base: base.tree, next }) : next;
    if (tree === component.tree && to.commit === component.commit)
      throw new Fault('NOTHING_TO_DO', `${what} is at ${to.name} already.`, { state: 'Nothing was changed.' });

    const requirementsText = await text('requirements.in');
    const merged =
      component.path === '.'
        ? mergeRequirements({
            before: await requirementsOf(context, base.tree, base.current.name),
            after: await requirementsOf(context, next, to.name),
            mine: { file: 'requirements.in', text: requirementsText },
          })
        : { text: requirementsText, kept: [] };
    const lockText = await text('requirements.lock');
    const left = await editsBetween(context, next, tree);
    const { id, path, source } = component;
    const updated = { id, path, source, commit: to.commit, tree, ...(left === undefined ? {} : { edits: left }) };
    const moved = components.map((one) => (one === component ? updated : one));
    const resolved = await resolveComponents(context, {
      components: moved,
      requirementsText: merged.text,
      lockText,
      kept: merged.kept.map(({ name }) => name),
    });
    const changed = await context.store.differences(asGitTreeId(component.tree), tree);
    const isNew = !(await context.wasOnBranch(tree));
    const edited = edits.map(({ path }) => path);
    return {
      ...resolved,
      files: [{ path: 'components.lock', text: printComponents(moved) }],
      notes: [
        `${what} ${base.current.name} → ${to.name} (${to.commit.slice(0, 7)}), ${changed.length} files changed`,
        ...(component.path === '.' && context.config.service.mode !== 'none'
          ? ['your user folder (settings, workflows, database) is kept before the new version starts on it']
          : []),
        ...(isCarried ? [`carries over your edits of ${edited.length} files: ${shown(edited)}`] : []),
      ],
      mustAsk: joinedQuestions(
        isNew
          ? `${what} ${to.name} from ${component.source} was never part of this branch; it runs as you when it is started`
          : null,
        resolved.mustAsk,
      ),
      warnings: [
        ...resolved.warnings,
        ...(component.path === '.' ? await userFolderWarnings(context) : []),
        ...(edited.length > 0 && !isCarried ? [`your edits of ${shown(edited)} are left behind`] : []),
        ...merged.kept.map(
          ({ yours, asked: wants }) => `requirements.in keeps your ${yours}; ${what} ${to.name} asks for ${wants}`,
        ),
      ],
    };
  },
});

async function readBranch({ store, baseTree }: PlanningContext, path: string): Promise<string> {
  const bytes = await store.readFile(baseTree, path);
  if (!bytes) throw new Fault('CONFIG_INVALID', `The branch has no ${path}.`, { hints: ['orchestrate doctor'] });
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function findComponent(components: readonly Component[], asked: string): Component {
  const found =
    asked === '' || asked === 'comfyui'
      ? components.find((one) => one.path === '.')
      : components.find((one) => one.path !== '.' && one.id.toLowerCase() === asked.toLowerCase());
  if (found) return found;
  const packs = components.filter((one) => one.path !== '.').map((one) => one.id);
  throw new Fault(
    'COMPONENT_NOT_FOUND',
    `There is no node pack ${JSON.stringify(asked)} in components.lock.${didYouMean(asked, packs)}`,
    { hints: [`It names: ${shown(packs)}`], state: 'Nothing was changed.' },
  );
}

async function requirementsOf(
  context: PlanningContext,
  tree: GitTreeId,
  version: string,
): Promise<{ readonly file: string; readonly text: string }> {
  return { file: `requirements.txt of ${version}`, text: (await readText(context, tree, 'requirements.txt')) ?? '' };
}

/** What of the user folder is not kept is told before, not while production is down. */
async function userFolderWarnings({ config, files, paths }: PlanningContext): Promise<readonly string[]> {
  const { mode, userDir } = config.service;
  const dir = userDir ?? `${paths.work}/production/user`;
  const real = await files.realPath(dir);
  if (real === undefined) return [];
  if (mode === 'none')
    return [
      `your user folder ${dir} is not kept: nobody here starts production (service.mode is none), so copy it before the new version starts on it`,
    ];
  const { maxFiles, maxTotalBytes } = userFolderLimits;
  const sizeBytes = await files.sizeBytes(real);
  const { nFiles, isCut } = await files.tally(real, { maxEntries: 2 * maxFiles });
  const tooMuch = [
    ...(isCut || nFiles > maxFiles
      ? [`${isCut ? 'more than ' : ''}${nFiles} files (at most ${maxFiles} are kept)`]
      : []),
    ...(sizeBytes > maxTotalBytes ? [`${bytesText(sizeBytes)} (at most ${bytesText(maxTotalBytes)} are kept)`] : []),
  ];
  if (tooMuch.length === 0) return [];
  return [
    `your user folder ${dir} has ${tooMuch.join(' and ')}: only its database, settings and workflows are kept, unless you move the rest out of it before`,
  ];
}

const newestNames = (versions: readonly OfferedVersion[]): string => {
  const tags = versions.filter((one) => one.kind === 'tag').map((one) => one.name);
  return tags.length === 0 ? 'none' : shown(tags.slice(-5).reverse());
};

const shown = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')}, … (${names.length})`;
