import type { Proofs, ReadyEnvironment } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import {
  type Evidence,
  evidenceKey,
  type EvidencePart,
  type Grade,
  machineMark,
  type WorkflowProof,
} from '../../domain/changes/evidence.ts';
import { failedPacks } from '../../domain/instances/failed-packs.ts';
import { lintGraph } from '../../domain/instances/graph-lint.ts';
import { parseGraph } from '../../domain/instances/workflow.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { PackageIndex } from '../../ports/index.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { ensureEnvironment } from '../environments/ensure.ts';
import { type Declaration, readDeclaration } from '../instances/compose.ts';
import { ensureInstance } from '../instances/ensure.ts';
import { baseUrl, instanceLog } from '../instances/start.ts';
import { borrowGraphics } from '../leases/graphics.ts';

export interface ProofOptions {
  readonly run: string;
  /** Prefix of effect keys: an attempt id, or `gate:c9`. */
  readonly effectKey: string;
  readonly port: number;
  readonly index?: PackageIndex;
  /** Environment that a person agreed to have built again when its files have changed. */
  readonly replaces?: string | null;
  readonly signal: AbortSignal;
}

/** A row of evidence that is on record for exactly this tree, environment and components. */
export function findEvidence<Part extends EvidencePart>(
  engine: Engine,
  key: string,
  part: Part,
): (Extract<Evidence, { part: Part }> & { row: number }) | undefined {
  const entry = engine.ledger.latest(`evidence:${key}:${part}`);
  const evidence = dataOf('evidence.recorded', entry)?.evidence;
  return entry && evidence ? { ...(evidence as Extract<Evidence, { part: Part }>), row: entry.seq } : undefined;
}

/**
 * Proves trees: composes each from the store, starts it, asks it. What was observed is written as evidence;
 * evidence with the identical key is not made twice.
 */
export function createProofs(
  engine: Engine,
  options: ProofOptions,
): Proofs & { keyOf(tree: GitTreeId): Promise<string> } {
  const { run, effectKey, port, signal } = options;
  const prepared = new Map<string, Promise<{ declaration: Declaration; environment: ReadyEnvironment; key: string }>>();

  const prepare = (tree: GitTreeId) => {
    const known = prepared.get(tree);
    if (known) return known;
    const made = (async () => {
      const declaration = await readDeclaration(engine, tree);
      const { index, replaces = null } = options;
      const environment = await ensureEnvironment(engine, {
        lockText: declaration.lockText,
        run,
        effectKey,
        replaces,
        ...(index ? { index } : {}),
      });
      const onCpu = declaration.config.service.args.includes('--cpu');
      const machine = onCpu ? null : machineMark(await engine.outside.accelerators.probe());
      const key = evidenceKey({ tree, environment: environment.id, components: declaration.componentsDigest }, machine);
      return { declaration, environment, key };
    })();
    prepared.set(tree, made);
    made.catch(() => prepared.delete(tree));
    return made;
  };

  const record = async <Part extends EvidencePart>(evidence: Extract<Evidence, { part: Part }>) => {
    const keys = [`evidence:${evidence.key}:${evidence.part}`, `evidence-of:${evidence.tree}:${evidence.part}`];
    const [entry] = await engine.ledger.append([row('evidence.recorded', { evidence }, { run, keys })]);
    return { ...evidence, row: entry?.seq ?? 0 };
  };

  const common = (
    tree: GitTreeId,
    prepared: { declaration: Declaration; environment: ReadyEnvironment; key: string },
    grade: Grade,
  ) => ({
    key: prepared.key,
    tree,
    environment: prepared.environment.id,
    components: prepared.declaration.componentsDigest,
    run,
    grade,
  });

  const instanceOf = async (ready: { declaration: Declaration; environment: ReadyEnvironment }): Promise<string> => {
    const declaration = await borrowGraphics(engine, { run, declaration: ready.declaration, signal });
    return ensureInstance(engine, { ...ready, declaration, purpose: 'proof', port, run }, signal);
  };

  const runAll = async (wanted: Declaration['workflows'], instance: string): Promise<readonly WorkflowProof[]> => {
    const classes = wanted.length === 0 ? [] : await engine.outside.service.nodeClasses(baseUrl(port));
    const known = new Set(classes);
    const ran: WorkflowProof[] = [];
    for (const workflow of wanted)
      ran.push(await runWorkflow(engine, { workflow, classes: known, port, nonce: `${run}-${instance}` }));
    return ran;
  };

  return {
    keyOf: async (tree) => (await prepare(tree)).key,

    async imports(tree) {
      const ready = await prepare(tree);
      const known = findEvidence(engine, ready.key, 'imports');
      if (known) return known;
      const { modules } = ready.declaration.config.python;
      const results = await engine.outside.python.importCheck({
        python: ready.environment.python,
        modules,
        mark: markOf(engine, effectKey),
      });
      const failed = results.filter((one) => !one.ok);
      if (failed[0]) {
        throw new Fault(
          'ENVIRONMENT_IMPORT_FAILED',
          `${failed[0].module} does not import in the new environment: ${failed[0].error}`,
          {
            state: 'Production was not touched.',
            data: { failed },
          },
        );
      }
      return record<'imports'>({
        ...common(tree, ready, 'static'),
        part: 'imports',
        modules: results.map(({ module, version }) => ({ module, version })),
      });
    },

    async boot(tree) {
      const ready = await prepare(tree);
      const known = findEvidence(engine, ready.key, 'boot');
      if (known) return { ...known, reused: true };
      const instance = await instanceOf(ready);
      const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
      if (!proven) throw new Error(`no proof on record for ${instance}`);
      const nodeClasses = await engine.outside.service.nodeClasses(baseUrl(proven.port));
      const recorded = await record<'boot'>({
        ...common(tree, ready, 'api'),
        part: 'boot',
        instance,
        port: proven.port,
        pid: proven.pid,
        startMs: proven.startMs,
        device: proven.device,
        pytorchVersion: proven.pytorchVersion,
        nodeClasses,
        failedImports: failedPacks(await instanceLog(engine, instance, 500)),
      });
      return { ...recorded, reused: false };
    },

    async smoke(tree) {
      const ready = await prepare(tree);
      const known = findEvidence(engine, ready.key, 'smoke');
      // A failure may have been the day's: a full disk, another program's memory. It is tried again, not remembered for ever.
      if (known?.workflows.every((one) => one.failure === null) === true) return { ...known, reused: true };
      const instance = await instanceOf(ready);
      const device = deviceOf(engine, instance);
      const workflows = await runAll(ready.declaration.workflows, instance);
      const drew = workflows.some((one) => one.failure === null && one.pictures.some((picture) => !picture.isFlat));
      const recorded = await record<'smoke'>({
        ...common(tree, ready, drew ? 'generation' : 'api'),
        part: 'smoke',
        instance,
        device,
        workflows,
      });
      return { ...recorded, reused: false };
    },

    async runWorkflows(tree, names) {
      const ready = await prepare(tree);
      const instance = await instanceOf(ready);
      const wanted = ready.declaration.workflows.filter(({ name }) => names === null || names.includes(name));
      return { workflows: await runAll(wanted, instance), device: deviceOf(engine, instance) };
    },
  };
}

const deviceOf = (engine: Engine, instance: string): string =>
  dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`))?.device ?? 'unknown';

async function runWorkflow(
  engine: Engine,
  options: { workflow: Declaration['workflows'][number]; classes: ReadonlySet<string>; port: number; nonce: string },
): Promise<WorkflowProof> {
  const { workflow, classes, port, nonce } = options;
  const graph = parseGraph(workflow);
  // A graph that cannot run is not posted: the server's refusal says less, for a circle nothing at all.
  const problems = lintGraph(graph, classes);
  if (problems.length > 0) return { name: workflow.name, durationMs: 0, pictures: [], failure: problems.join(' ') };
  const outcome = await engine.outside.service.runWorkflow(baseUrl(port), graph, { timeoutMs: 30 * 60_000, nonce });
  if (outcome.kind === 'failed') return { name: workflow.name, durationMs: 0, pictures: [], failure: outcome.reason };
  const pictures = outcome.pictures.map(({ widthPx, heightPx, isFlat, sha256, sizeBytes }) => ({
    widthPx,
    heightPx,
    isFlat,
    sha256,
    sizeBytes,
  }));
  return { name: workflow.name, durationMs: Math.round(outcome.durationMs), pictures, failure: null };
}
