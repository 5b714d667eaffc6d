import type { ReadyEnvironment } from '../../actions/_context.ts';
import { Fault, faultRecord } from '../../base/fault.ts';
import type { EnvironmentId } from '../../base/ids.ts';
import { borrowedInterpreter, parseLock } from '../../domain/environments/lock.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Drilled, DrillPart } from '../../domain/restore/drill.ts';
import type { RestoreManifest } from '../../domain/restore/manifest.ts';
import { missingWheels } from '../changes/questions.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment, interpreterOf } from '../environments/named.ts';
import { readDeclaration } from '../instances/compose.ts';
import { bootPart, workflowsPart } from './drill-service.ts';
import { listRestorePoints } from './points.ts';
import { findPoint } from './targets.ts';

export interface DrillOptions {
  readonly point: string;
  readonly run: string;
  readonly attempt: string;
  readonly task: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

const state = 'The branch, home, production and the sealed environments are as they were.';

/**
 * Brings a restore point back in folders of its own: its environment is built anew from kept wheels, without any index, and
 * compared with the restore point's manifest; its exact tree is booted in it, and its workflows run. Writes
 * `restore.drilled`, also where it failed. `removeDrilled` takes the folder away at the end of the run. A repeat is safe.
 * Faults: `RESTORE_UNAVAILABLE` (borrowed, or a wheel is not kept), `WHEEL_HASH_MISMATCH`, `ENVIRONMENT_DRIFTED` (other
 * bytes), those of build and start, `INSTANCE_UNHEALTHY`, `SMOKE_FAILED`.
 */
export async function drillPoint(engine: Engine, options: DrillOptions): Promise<Drilled> {
  const points = await listRestorePoints(engine);
  const point = findPoint(
    points.filter((one) => !one.isVoid),
    options.point,
  );
  const { number, environment } = point.manifest;
  const tree = await engine.store.treeOf(point.commit);
  const parts: DrillPart[] = [];
  const notProven: string[] = [];
  const drilled: Drilled = { number, name: point.name, run: options.run, tree, environment, parts, notProven };
  const record = (fault: Fault | null) =>
    engine.ledger.append([
      row(
        'restore.drilled',
        { ...drilled, fault: fault === null ? null : faultRecord(fault) },
        { run: options.run, keys: [`drill:${number}`, `drill-of:${options.run}`] },
      ),
    ]);
  try {
    await goThrough(engine, options, { manifest: point.manifest, drilled, parts, notProven });
  } catch (error) {
    // What was called off says nothing of the restore point.
    if (!(error instanceof Fault) || options.signal.aborted || error.code === 'EPOCH_OLD') throw error;
    const told = error.withState(state);
    await record(told);
    throw told;
  }
  await record(null);
  return drilled;
}

/** Takes away what the run's drills built. A repeat is safe. */
export async function removeDrilled(engine: Engine, run: string): Promise<void> {
  const { files } = engine.outside;
  const folder = anewFolder(engine);
  for (const name of await files.list(folder))
    if (name.startsWith(`${run}-`)) {
      await files.setReadOnly(`${folder}/${name}`, false);
      await files.remove(`${folder}/${name}`);
    }
}

/** As long as `envs`: bytecode holds the length of its path, and is compared as if it lay there. */
const anewFolder = ({ paths }: Engine): string => `${paths.work}/anew`;

interface Course {
  readonly manifest: RestoreManifest;
  readonly drilled: Drilled;
  readonly parts: DrillPart[];
  readonly notProven: string[];
}

async function goThrough(engine: Engine, options: DrillOptions, course: Course): Promise<void> {
  const { drilled, manifest, parts, notProven } = course;
  const { clock } = engine.outside;
  const go = async <T>(part: DrillPart['part'], work: () => Promise<{ sentence: string; value: T }>): Promise<T> => {
    const startedMs = clock.monotonicMs();
    const { sentence, value } = await work();
    parts.push({ part, durationMs: Math.round(clock.monotonicMs() - startedMs), sentence });
    const note = { task: options.task, attempt: options.attempt, sentence };
    await engine.ledger.append([row('step.noted', note, { run: options.run })]);
    return value;
  };
  const { lockText } = await readDeclaration(engine, drilled.tree);
  const id = await requireKept(engine, { name: drilled.name, manifest, lockText });
  const ready = await go('build', () => buildAnew(engine, options, { id, lockText }));
  await go('compare', () => compare(engine, { name: drilled.name, manifest, ready, notProven }));
  const given = { ...options, tree: drilled.tree, environment: ready, notProven };
  const proofs = await go('boot', () => bootPart(engine, given));
  await go('workflows', () => workflowsPart(engine, given, proofs));
  notProven.push('model files and your user folder: they are in no restore point');
}

/** Fault `RESTORE_UNAVAILABLE` says what is missing where the environment cannot be built from what is kept. */
async function requireKept(
  engine: Engine,
  { name, manifest, lockText }: { name: string; manifest: RestoreManifest; lockText: string },
): Promise<EnvironmentId> {
  const hints = ['orchestrate restore list'];
  const borrowed = borrowedInterpreter(lockText);
  const named = await findEnvironment(engine, lockText);
  if (borrowed !== undefined) {
    const now = { missing: 'it is gone', intact: 'it is as it was recorded', drifted: 'it has changed since' };
    throw new Fault(
      'RESTORE_UNAVAILABLE',
      `${name} is borrowed: its environment was found at ${named.dir}, not built, and nothing that is kept can build it; ${now[named.condition.kind]}.`,
      { hints: ['orchestrate run "rebuild environment"   (from then on restore points are ready)', ...hints] },
    );
  }
  const missing = await missingWheels(engine, lockText);
  if (missing.length > 0)
    throw new Fault(
      'RESTORE_UNAVAILABLE',
      `${name} needs the network: ${missing.length} of its wheels ${missing.length === 1 ? 'is' : 'are'} not kept: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', …' : ''}.`,
      { hints, data: { missing } },
    );
  if (manifest.environment !== null && manifest.environment !== named.id) {
    const python = await interpreterOf(engine, lockText);
    throw new Fault(
      'RESTORE_UNAVAILABLE',
      `${name} was made with another Python: with Python ${python.version} its lock gives the environment ${named.id}, not ${manifest.environment}.`,
      { hints: ['Set python.program in orchestrate.yaml to the Python of then.', ...hints] },
    );
  }
  return named.id;
}

async function buildAnew(
  engine: Engine,
  { run, attempt }: DrillOptions,
  { id, lockText }: { id: EnvironmentId; lockText: string },
): Promise<{ sentence: string; value: ReadyEnvironment }> {
  const packages = parseLock({ file: 'requirements.lock', text: lockText });
  const dir = `${anewFolder(engine)}/${`${run}-${id}`.slice(0, id.length)}`;
  const { wheels, tools } = engine.paths;
  const built = await engine.perform(
    { key: `${attempt}:anew:${id}`, name: 'build the environment anew', input: { environment: id, dir }, run },
    {
      act: async () =>
        engine.outside.python.build({
          ...{ id, dir, lockText, packages, wheelsDir: wheels, toolsDir: tools },
          python: await interpreterOf(engine, lockText),
          mark: markOf(engine, attempt),
        }),
    },
  );
  const { python, manifestDigest, sizeBytes, downloadedBytes, fromKeptWheels } = built;
  return {
    sentence: `environment ${id} built anew from ${packages.length} kept wheels, no index asked`,
    value: {
      ...{ id, dir, python, manifestDigest, sizeBytes, downloadedBytes, fromKeptWheels },
      nPackages: packages.length,
      reused: false,
    },
  };
}

/** Fault `ENVIRONMENT_DRIFTED` when other bytes came out than the ones that the restore point names. */
async function compare(
  engine: Engine,
  options: { name: string; manifest: RestoreManifest; ready: ReadyEnvironment; notProven: string[] },
): Promise<{ sentence: string; value: undefined }> {
  const { name, manifest, ready, notProven } = options;
  const place = `${engine.paths.envs}/${ready.id}`;
  const { digest, nFiles, nPlaced, unlike } = await engine.outside.python.asIfAt({ dir: ready.dir, place });
  const what = `${nFiles} files, ${nPlaced} of which name their folder and were compared as if it were ${place}`;
  if (manifest.environmentDigest === null) {
    notProven.push('that the same bytes came out: the restore point names none');
    return { sentence: `${what}: the restore point has no digest to compare them with`, value: undefined };
  }
  if (digest === manifest.environmentDigest)
    return {
      sentence: `${what}: the digest is the one of the restore point, ${digest.slice(0, 12)}`,
      value: undefined,
    };
  const recorded = await engine.outside.python.recorded(place);
  const isNamed = recorded?.manifestDigest === manifest.environmentDigest;
  const which =
    isNamed && unlike !== null
      ? `${unlike.slice(0, 5).join(', ')}${unlike.length > 5 ? ` and ${unlike.length - 5} more` : ''}`
      : 'which files cannot be told, as the one that was sealed is not there';
  throw new Fault(
    'ENVIRONMENT_DRIFTED',
    `The environment of ${name}, built anew from the same wheels, is not the one that was sealed: ${which}.`,
    {
      data: { expected: manifest.environmentDigest, found: digest, unlike: isNamed ? (unlike ?? []).slice(0, 50) : [] },
    },
  );
}
