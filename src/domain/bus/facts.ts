import type { JsonObject } from '../../base/json.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../journal/kinds.ts';

/** A row that may be news, with what is on record about the run or change that it is of. */
export interface FactRow {
  readonly seq: number;
  readonly kind: string;
  readonly data: JsonObject;
}

/** What is on record about whatever a row names. */
export interface AboutFact {
  /** Tree of the run or change; null: it has none. */
  readonly tree: string | null;
  readonly drafted: JournalKinds['change.drafted'] | null;
  /** What the run's plan says beside its packages. */
  readonly notes: readonly string[];
}

/** What a channel is told. */
export interface News {
  readonly topic: string;
  /** One line, made of the row and of nothing else. */
  readonly subject: string;
}

/** Kinds of rows in which news are found. */
export const newsKinds: readonly JournalKind[] = [
  'change.gated',
  'service.switched',
  'machine.moved',
  'plan.made',
  'step.reported',
  'outside.found',
  'graphics.asked',
  'review.answered',
  'health.moved',
];

/** Faults that say: two things do not go together in one environment. */
const conflictCodes: ReadonlySet<string> = new Set([
  'PACKAGE_CONFLICT',
  'PACKAGE_NONE_FITS',
  'ENVIRONMENT_IMPORT_FAILED',
  'ENVIRONMENT_CHECK_FAILED',
]);

/** Returns what a row is news of, by channel. Most rows are none. The channels are those of the built-in trees. */
export function newsOf(row: FactRow, about: AboutFact): readonly News[] {
  return [...ofEnvironment(row, about), ...ofModels(row, about), ...ofService(row)];
}

function ofEnvironment(row: FactRow, { tree, drafted, notes }: AboutFact): readonly News[] {
  const gated = dataOf('change.gated', row);
  if (gated?.verdict === 'proven' && tree === 'env-setup')
    return [
      told(
        'environment_ready_for_testing',
        `${gated.change} is proven in environment ${gated.environment.slice(0, 12)}`,
      ),
    ];
  const made = dataOf('plan.made', row);
  const broken = made?.plan.brokenPromises ?? [];
  if (made !== undefined && broken.length > 0)
    return [
      told('dependency_conflict_detected', `the plan of ${made.run} keeps ${broken.length} promises of node packs not`),
    ];
  const moved = dataOf('machine.moved', row);
  const fault = moved === undefined ? undefined : faultOf(moved.event);
  if (moved?.machine === 'run' && moved.to === 'failed' && fault !== undefined && conflictCodes.has(fault.code))
    return [told('dependency_conflict_detected', `${moved.subject} failed: ${fault.code} ${fault.message}`)];
  const switched = dataOf('service.switched', row);
  const python = notes.find((note) => /^Python \S+ → /.test(note));
  if (switched !== undefined && switched.outcome !== 'reverted' && drafted !== null && python !== undefined)
    return [told('new_python_version_available', `${python}, merged as ${switched.change}`)];
  return [];
}

function ofModels(row: FactRow, { tree, drafted }: AboutFact): readonly News[] {
  const switched = dataOf('service.switched', row);
  const isPaths = drafted?.paths.some(({ path }) => path === 'extra_model_paths.yaml') === true;
  if (switched !== undefined && switched.outcome !== 'reverted' && isPaths)
    return [told('model_path_configuration_changed', `extra_model_paths.yaml is another one since ${switched.change}`)];
  const found = dataOf('outside.found', row);
  const models = found?.differences.filter(({ kind, how }) => kind === 'models' && how !== 'removed') ?? [];
  if (models.length > 0)
    return [
      told(
        'new_models_available',
        models.map(({ name, from, to }) => `${name}: ${to ?? 'nothing'}, ${from ?? 'nothing'} before`).join('; '),
      ),
    ];
  const gated = dataOf('change.gated', row);
  if (gated?.verdict === 'proven' && tree === 'models-integ')
    return [told('model_validation_complete', `${gated.change} is proven: tree ${gated.exact.slice(0, 7)}`)];
  const reported = dataOf('step.reported', row);
  if (reported?.action === 'workflow.run')
    return [told('model_validation_complete', `${reported.task}: ${reported.sentence}`)];
  return [];
}

function ofService(row: FactRow): readonly News[] {
  const moved = dataOf('machine.moved', row);
  const fault = moved === undefined ? undefined : faultOf(moved.event);
  if (moved?.machine === 'instance' && moved.to === 'unresponsive')
    return [told('performance_degradation_detected', `${moved.subject} does not answer any more`)];
  if (moved?.machine === 'instance' && moved.event['type'] === 'GONE')
    return [told('service_restart_required', `${moved.subject} is gone: ${fault?.message ?? 'its process ended'}`)];
  if (moved?.machine === 'change' && moved.to === 'switchHeld')
    return [told('service_restart_required', `${moved.subject} is merged, and production does not run it`)];
  const slow = dataOf('review.answered', row)?.questions.find(
    ({ id, verdict }) => id === 'start-time-kept' && verdict === 'no',
  );
  if (slow !== undefined)
    return [told('performance_degradation_detected', `it starts slower than before: ${slow.facts.join(' ')}`)];
  const health = dataOf('health.moved', row);
  if (health?.what === 'memory' && health.to !== 'good') return [told('memory_pressure_alert', health.sentence)];
  if (health?.what === 'latency' && health.to !== 'good')
    return [told('performance_degradation_detected', health.sentence)];
  const asked = dataOf('graphics.asked', row);
  if (asked !== undefined)
    return [
      told(
        'memory_pressure_alert',
        `${asked.device.name} has ${megabytes(asked.device.freeBytes)} of ${megabytes(asked.device.memoryBytes)} free, and ${asked.run} needs it`,
      ),
    ];
  return [];
}

/** Longest subject that a message may have. */
const maxSubject = 200;

const told = (topic: string, sentence: string): News => ({
  topic,
  subject: sentence
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, maxSubject)
    .toWellFormed(),
});

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function faultOf(event: JsonObject): { readonly code: string; readonly message: string } | undefined {
  const fault = event['fault'] ?? event['error'];
  if (typeof fault !== 'object' || fault === null || !('code' in fault)) return undefined;
  const { code, message } = fault;
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
}
