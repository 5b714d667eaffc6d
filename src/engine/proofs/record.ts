import type { RecordedFacts } from '../../actions/_context.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { SurveyedPackage } from '../../ports/index.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment } from '../environments/named.ts';
import { readDeclaration } from '../instances/compose.ts';
import { baseUrl } from '../instances/start.ts';
import { findOfTree } from './find-evidence.ts';

type Recorded = JournalKinds['environment.recorded'];

/**
 * Writes down what a tree's environment holds and where each package came from, the components, the graphics cards, and the baseline
 * that is on record. A repeat writes it again, as it is then.
 */
export async function recordFacts(
  engine: Engine,
  options: { readonly run: string; readonly tree: GitTreeId; readonly effectKey: string },
): Promise<RecordedFacts & { readonly row: number }> {
  const { run, tree } = options;
  const declaration = await readDeclaration(engine, tree);
  const { id, python } = await findEnvironment(engine, declaration.lockText);
  const survey = await engine.outside.python.survey({ python, mark: markOf(engine, options.effectKey) });
  const boot = findOfTree(engine, tree, 'boot');
  const smoke = findOfTree(engine, tree, 'smoke');
  const recorded: Recorded = {
    run,
    tree,
    environment: id,
    python: { version: survey.version, prefix: survey.prefix },
    packages: survey.packages.map(({ name, version, installer, origin }) => ({
      ...{ name, version, installer },
      from: originText(origin),
    })),
    components: declaration.components.map(({ id: component, commit, tree: files }) => ({
      id: component,
      commit,
      tree: files,
    })),
    accelerators: await engine.outside.accelerators.probe(),
    service: boot === undefined ? null : await serviceOf(engine, boot.instance),
    failedImports: boot?.failedImports ?? [],
    workflows: (smoke?.workflows ?? []).map(({ name, durationMs, failure }) => ({ name, durationMs, failure })),
  };
  const [entry] = await engine.ledger.append([
    row('environment.recorded', recorded, { run, keys: [`record:${tree}`] }),
  ]);
  const { accelerators } = recorded;
  const notFromIndex = recorded.packages.filter(({ from }) => from !== 'index').map(({ name }) => name);
  const graphics =
    accelerators.kind === 'nvidia'
      ? accelerators.gpus.map(({ name }) => name).join(', ')
      : accelerators.kind === 'none'
        ? 'no graphics card'
        : `graphics card unknown: ${accelerators.reason}`;
  const { failedImports } = recorded;
  return { graphics, notFromIndex, failedImports, nPackages: recorded.packages.length, row: entry?.seq ?? 0 };
}

async function serviceOf(engine: Engine, instance: string): Promise<Recorded['service']> {
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  const facts = proven === undefined ? undefined : await engine.outside.service.facts(baseUrl(proven.port));
  // Another instance may have the port by now: only the one that was proven speaks for the baseline.
  const isSame = facts?.argv.some((argument) => argument.includes(`/${instance}/`)) === true;
  if (facts === undefined || !isSame) return null;
  const { comfyuiVersion: comfyui, pythonVersion: python, pytorchVersion: torch, deviceName: device } = facts;
  return { comfyui, python, torch, device };
}

function originText(origin: SurveyedPackage['origin']): string {
  switch (origin.kind) {
    case 'index':
      return 'index';
    case 'wheel':
      return origin.url;
    case 'vcs':
      return `${origin.url}@${origin.commit}`;
    case 'folder':
      return `${origin.path}${origin.editable ? ' (editable)' : ''}`;
  }
}
