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
import type { WorkflowFault } from '../../domain/changes/workflow-fault.ts';
import { kernelsRan } from '../../domain/environments/torch-checks.ts';
import { bootFailure } from '../../domain/instances/boot-failure.ts';
import { failedPacks } from '../../domain/instances/failed-packs.ts';
import { lintGraph } from '../../domain/instances/graph-lint.ts';
import { packClasses } from '../../domain/instances/node-packs.ts';
import { parseGraph } from '../../domain/instances/workflow.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { PackageIndex, WorkflowProgress } from '../../ports/index.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { ensureEnvironment } from '../environments/ensure.ts';
import { interpreterOf } from '../environments/named.ts';
import { type Declaration, readDeclaration } from '../instances/compose.ts';
import { ensureInstance } from '../instances/ensure.ts';
import { baseUrl, composedInstance, instanceLog } from '../instances/start.ts';
import { borrowGraphics, hasGraphics } from '../leases/graphics.ts';
import { drawAlone } from '../leases/one-generator.ts';
import { findEvidence, findOfTree } from './find-evidence.ts';
import { giveInputs } from './give-inputs.ts';
import { createLive } from './live.ts';
import { recordFacts } from './record.ts';

/** What a proof needs; `key` names the machine that the declaration asks for, or the CPU where the card was not to be had. */
interface Ready {
  readonly declaration: Declaration;
  readonly environment: ReadyEnvironment;
  readonly key: string;
}

export interface ProofOptions {
  readonly run: string;
  /** Prefix of effect keys: an attempt id, or `gate:c9`. */
  readonly effectKey: string;
  readonly port: number;
  readonly index?: PackageIndex;
  /** Used as it is, in place of the one that the tree's lock names below `envs/`. */
  readonly environment?: ReadyEnvironment;
  /** Environment that a person agreed to have built again when its files have changed. */
  readonly replaces?: string | null;
  readonly signal: AbortSignal;
}

/** Proofs of one step, gate or look ahead. */
export interface OwnProofs extends Proofs {
  /** Does the work while nobody else proves the same tree in the same environment: what others prove meanwhile is found then. */
  alone<T>(tree: GitTreeId, work: () => Promise<T>): Promise<T>;
}

/**
 * Proves trees: composes each from the store, starts it, asks it. What was observed is written as evidence;
 * evidence with the identical key is not made twice, also when two want it at the same time.
 */
export function createProofs(engine: Engine, options: ProofOptions): OwnProofs {
  const { run, effectKey, port, signal } = options;
  const prepared = new Map<string, Promise<Ready>>();

  const prepare = (tree: GitTreeId) => {
    const known = prepared.get(tree);
    if (known) return known;
    const made = (async () => {
      const declaration = await readDeclaration(engine, tree);
      const { index, replaces = null } = options;
      const environment =
        options.environment ??
        (await ensureEnvironment(engine, {
          lockText: declaration.lockText,
          run,
          effectKey,
          replaces,
          ...(index ? { index } : {}),
        }));
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

  const common = (tree: GitTreeId, prepared: Ready, grade: Grade) => ({
    key: prepared.key,
    tree,
    environment: prepared.environment.id,
    components: prepared.declaration.componentsDigest,
    run,
    grade,
  });

  const keyOnCpu = ({ declaration, environment }: Ready): string => {
    const { tree, componentsDigest: components } = declaration;
    return evidenceKey({ tree, environment: environment.id, components }, 'cpu');
  };
  const isOnCpu = ({ args }: { readonly args: readonly string[] }): boolean => args.includes('--cpu');

  /** As it is proven now: what is kept from the card, or was, is filed as proven on the CPU, and says nothing about the card. */
  const place = async (ready: Ready): Promise<Ready> => {
    const declaration = await borrowGraphics(engine, { run, declaration: ready.declaration, signal });
    const isMoved = isOnCpu(declaration.config.service) && !isOnCpu(ready.declaration.config.service);
    return { ...ready, declaration, key: isMoved ? keyOnCpu(ready) : ready.key };
  };

  /** The key is the one of the arguments that the instance was started with: it may be on the CPU since an earlier step. */
  const start = async (ready: Ready, placed: Ready): Promise<Ready & { instance: string }> => {
    const { environment, declaration } = placed;
    const wish = { environment, declaration, purpose: 'proof', port, run } as const;
    const instance = await ensureInstance(engine, wish, signal);
    const isMoved = isOnCpu(composedInstance(engine, instance)) && !isOnCpu(ready.declaration.config.service);
    return { ...placed, key: isMoved ? keyOnCpu(ready) : ready.key, instance };
  };

  const alone = <T>(key: string, work: () => Promise<T>): Promise<T> =>
    engine.inFlight.alone(
      `evidence:${key}`,
      // Who has the graphics card may be what the other waits for.
      { owner: effectKey, signal, mayWait: () => !hasGraphics(engine, run) },
      work,
    );

  const runAll = async (
    declaration: Declaration,
    instance: string,
    wanted: Declaration['workflows'] = declaration.workflows,
  ): Promise<readonly WorkflowProof[]> => {
    const { port: at } = composedInstance(engine, instance);
    const classes = wanted.length === 0 ? [] : await engine.outside.service.nodeClasses(baseUrl(at));
    const known = new Set(classes);
    const ran: WorkflowProof[] = [];
    const live = createLive(engine, run);
    try {
      for (const [index, workflow] of wanted.entries()) {
        const nonce = `${run}-${instance}`;
        const told = { workflow: workflow.name, nth: index + 1, nAll: wanted.length };
        const onProgress = (progress: WorkflowProgress): void => live.tell({ ...told, progress });
        const proof = await drawAlone(engine, { run, instance, signal }, (until, nthTry) =>
          runWorkflow(engine, {
            ...{ workflow, declaration, instance, classes: known, port: at, signal: until, onProgress },
            nonce: nthTry === 1 ? nonce : `${nonce}-${nthTry}`,
          }),
        );
        // A service that died under a workflow is no workflow that fails: nothing is known of it, and nothing is recorded.
        if (proof.failure !== null) await requireAlive(engine, { instance, workflow: workflow.name });
        ran.push(proof);
      }
    } finally {
      await live.end();
    }
    return ran;
  };

  const importAll = async (tree: GitTreeId, ready: Ready): ReturnType<Proofs['imports']> => {
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
  };

  const check = async (tree: GitTreeId, ready: Ready): ReturnType<Proofs['checks']> => {
    const { python } = engine.outside;
    // Kernels want the card as a service does: it is borrowed by the same rule, else torch does not see it.
    const placed = await place(ready);
    const onCpu = findEvidence(engine, placed.key, 'checks');
    if (onCpu) return onCpu;
    const asked = { python: ready.environment.python, toolsDir: engine.paths.tools, mark: markOf(engine, effectKey) };
    const mayUseGpu = !isOnCpu(placed.declaration.config.service);
    const torch = await python.torchCheck({ ...asked, mayUseGpu });
    const unmet = await python.unmetNeeds({
      ...asked,
      facts: await interpreterOf(engine, ready.declaration.lockText),
    });
    return record<'checks'>({
      ...common(tree, placed, kernelsRan(torch) ? 'kernel' : 'static'),
      part: 'checks',
      torch,
      unmet,
    });
  };

  const bootAnew = async (tree: GitTreeId, ready: Ready): ReturnType<Proofs['boot']> => {
    const placed = await place(ready);
    const onCpu = findEvidence(engine, placed.key, 'boot');
    if (onCpu) return { ...onCpu, reused: true };
    const started = await start(ready, placed);
    const { instance } = started;
    const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
    if (!proven) throw new Error(`no proof on record for ${instance}`);
    const sources = await engine.outside.service.nodeSources(baseUrl(proven.port));
    const recorded = await record<'boot'>({
      ...common(tree, started, 'api'),
      part: 'boot',
      instance,
      port: proven.port,
      pid: proven.pid,
      startMs: proven.startMs,
      device: proven.device ?? 'unknown',
      pytorchVersion: proven.pytorchVersion ?? 'unknown',
      nodeClasses: sources.map(({ nodeClass }) => nodeClass),
      nodePacks: packClasses(sources),
      failedImports: failedPacks(await instanceLog(engine, instance, 500)),
    });
    return { ...recorded, reused: false };
  };

  // A failure may have been the day's: a full disk, another program's memory. It is tried again, not remembered for ever.
  const findGoodSmoke = (key: string) => {
    const found = findEvidence(engine, key, 'smoke');
    return found?.workflows.every((one) => one.failure === null) === true ? found : undefined;
  };

  const smokeAnew = async (tree: GitTreeId, ready: Ready): ReturnType<Proofs['smoke']> => {
    const placed = await place(ready);
    const onCpu = findGoodSmoke(placed.key);
    if (onCpu) return { ...onCpu, reused: true };
    const started = await start(ready, placed);
    const { instance } = started;
    const device = deviceOf(engine, instance);
    const workflows = await runAll(ready.declaration, instance);
    const drew = workflows.some((one) => one.failure === null && one.pictures.some((picture) => !picture.isFlat));
    const recorded = await record<'smoke'>({
      ...common(tree, started, drew ? 'generation' : 'api'),
      part: 'smoke',
      instance,
      device,
      workflows,
    });
    return { ...recorded, reused: false };
  };

  return {
    onRecord: (tree) => ({
      checks: findOfTree(engine, tree, 'checks'),
      boot: findOfTree(engine, tree, 'boot'),
      smoke: findOfTree(engine, tree, 'smoke'),
    }),

    alone: async (tree, work) => alone((await prepare(tree)).key, work),

    async imports(tree) {
      const ready = await prepare(tree);
      return alone(ready.key, async () => findEvidence(engine, ready.key, 'imports') ?? (await importAll(tree, ready)));
    },

    record: (tree) => recordFacts(engine, { run, tree, effectKey }),

    async checks(tree) {
      const ready = await prepare(tree);
      return alone(ready.key, async () => findEvidence(engine, ready.key, 'checks') ?? (await check(tree, ready)));
    },

    async boot(tree) {
      const ready = await prepare(tree);
      return alone(ready.key, async () => {
        const known = findEvidence(engine, ready.key, 'boot');
        return known ? { ...known, reused: true } : bootAnew(tree, ready);
      });
    },

    async smoke(tree) {
      const ready = await prepare(tree);
      return alone(ready.key, async () => {
        const known = findGoodSmoke(ready.key);
        return known ? { ...known, reused: true } : smokeAnew(tree, ready);
      });
    },

    async runWorkflows(tree, names) {
      const ready = await prepare(tree);
      const { instance } = await start(ready, await place(ready));
      const wanted = ready.declaration.workflows.filter(({ name }) => names === null || names.includes(name));
      return {
        workflows: await runAll(ready.declaration, instance, wanted),
        device: deviceOf(engine, instance),
        instance,
      };
    },
  };
}

async function requireAlive(
  engine: Engine,
  { instance, workflow }: { instance: string; workflow: string },
): Promise<void> {
  const up = engine.ledger.latest(`instance-up:${instance}`);
  const proven = dataOf('instance.proven', up);
  if (proven && (await engine.outside.processes.isAlive({ pid: proven.pid, startTime: proven.startTime }))) return;
  const tail = await instanceLog(engine, instance, 40);
  throw new Fault('INSTANCE_UNHEALTHY', `The service ended while ${workflow} ran: ${bootFailure(tail)}`, {
    state: 'Production was not touched; nothing was recorded of this workflow.',
    data: { instance, workflow, tail },
  });
}

const deviceOf = (engine: Engine, instance: string): string =>
  dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`))?.device ?? 'unknown';

/** A workflow that takes longer is no test: every change waits for it. */
const maxWorkflowMs = 30 * 60_000;

/** Runs one workflow on the instance at the port. What it failed with is said, never thrown. */
export async function runWorkflow(
  engine: Engine,
  options: {
    workflow: Declaration['workflows'][number];
    declaration: Declaration;
    instance: string;
    classes: ReadonlySet<string>;
    port: number;
    nonce: string;
    signal: AbortSignal;
    onProgress: (progress: WorkflowProgress) => void;
  },
): Promise<WorkflowProof> {
  const { workflow, declaration, instance, classes, port, nonce, signal, onProgress } = options;
  const failed = (failure: string, fault: WorkflowFault): WorkflowProof => ({
    ...{ name: workflow.name, durationMs: 0, pictures: [] },
    ...{ failure, fault: { code: fault.code, nodes: fault.nodes } },
  });
  const graph = parseGraph(workflow);
  // A graph that cannot run is not posted: the server's refusal says less, for a circle nothing at all.
  const problems = lintGraph(graph, classes);
  if (problems[0]) return failed(problems.map(({ sentence }) => sentence).join(' '), problems[0]);
  const withheld = await giveInputs(engine, { graph, declaration, instance });
  if (withheld) return failed(withheld.sentence, withheld);
  const asked = { timeoutMs: maxWorkflowMs, nonce, signal, onProgress };
  const outcome = await engine.outside.service.runWorkflow(baseUrl(port), graph, asked);
  if (outcome.kind === 'failed') return failed(outcome.reason, outcome.fault);
  const pictures = outcome.pictures.map(({ widthPx, heightPx, isFlat, sha256, sizeBytes, place }) => ({
    ...{ widthPx, heightPx, isFlat, sha256, sizeBytes },
    ...(place === null ? {} : { file: place }),
  }));
  return { name: workflow.name, durationMs: Math.round(outcome.durationMs), pictures, failure: null };
}
