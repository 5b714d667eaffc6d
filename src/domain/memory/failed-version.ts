import { z } from 'zod';

import type { FaultCode, FaultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { normalName } from '../environments/package-name.ts';
import { dataOf } from '../journal/kinds.ts';
import type { PackageMove, Plan } from '../plans/plan.ts';
import { type FactReader, type FactRow, oneLine } from './note.ts';
import { domainKey } from './standard.ts';

/** A version that was taken here and did not pass its proof. */
export interface FailedVersion {
  readonly package: string;
  readonly version: string;
  readonly run: string;
  /** The row in which the proof failed. */
  readonly row: number;
  readonly tree: string;
  readonly code: string;
  readonly message: string;
  /** All that moved with it. */
  readonly moves: readonly PackageMove[];
}

/** A version that did not pass its proof here, as memory says and the journal confirms. */
export interface FailedBefore {
  readonly version: string;
  readonly run: string;
  /** The row in which it failed. */
  readonly row: number;
  readonly code: string;
  readonly message: string;
  /** The entry that remembers it: `swarm/env-setup/failed_versions/torch-2.11.0.json@1`. */
  readonly entry: string;
}

/** Returns what speaks against a version that failed here before, as one clause with its run, row and entry. */
export const failedClause = ({ run, row, code, message, entry }: FailedBefore): string =>
  `it did not pass its proof here in ${run} (#${row}, ${code} ${message.replace(/\.$/, '')}; memory ${entry})`;

/** Faults that speak of what was chosen. A full disk, a silent index or a taken port say nothing about a version. */
const aboutVersions: readonly FaultCode[] = [
  'ENVIRONMENT_BUILD_FAILED',
  'ENVIRONMENT_IMPORT_FAILED',
  'ENVIRONMENT_CHECK_FAILED',
  'INSTANCE_BOOT_FAILED',
  'INSTANCE_UNHEALTHY',
  'SMOKE_FAILED',
];

/**
 * Returns the version that a row says failed, or undefined when it says no such thing: a gate that failed, a run that failed in
 * a proof, a switch that was taken back. A proof of many versions at once is nobody's fault: only a version that was asked
 * about is blamed.
 */
export function failedVersionOf(row: FactRow, journal: FactReader): FailedVersion | undefined {
  const failed = failureOf(row, journal);
  if (failed === undefined) return undefined;
  const plan = dataOf('plan.made', journal.latest(`plan:${failed.run}`))?.plan;
  const move = plan === undefined ? undefined : askedMove(plan);
  if (plan === undefined || move === undefined) return undefined;
  return {
    package: move.name,
    version: move.to,
    run: failed.run,
    row: row.seq,
    tree: plan.tree,
    code: failed.code,
    message: oneLine(failed.message),
    moves: plan.moves,
  };
}

function failureOf(row: FactRow, journal: FactReader): { run: string; code: string; message: string } | undefined {
  const gated = dataOf('change.gated', row);
  if (gated?.verdict === 'failed' && row.run !== null) return judged(row.run, gated.fault);
  const moved = dataOf('machine.moved', row);
  // A change that fails at its gate fails its run afterwards: the gate's row says it first, and once.
  if (moved?.machine === 'run' && moved.to === 'failed' && moved.from === 'executing')
    return judged(moved.subject, faultIn(moved.event));
  const switched = dataOf('service.switched', row);
  if (switched?.outcome !== 'reverted') return undefined;
  const run = dataOf('change.drafted', journal.latest(`change:${switched.change}`))?.run;
  return run === undefined
    ? undefined
    : { run, code: 'REVERTED', message: switched.reason ?? 'production did not stay healthy' };
}

const judged = (run: string, fault: FaultRecord | null) =>
  fault !== null && aboutVersions.includes(fault.code) ? { run, code: fault.code, message: fault.message } : undefined;

function faultIn(event: JsonObject): FaultRecord | null {
  const fault = event['fault'] ?? event['error'];
  return typeof fault === 'object' && fault !== null && 'code' in fault ? (fault as unknown as FaultRecord) : null;
}

/** Returns the move of the one package that the plan was asked about: by its name, or torch where a build of it is chosen. */
export function askedMove({
  inputs,
  moves,
  goal,
}: Pick<Plan, 'inputs' | 'moves' | 'goal'>): (PackageMove & { to: string }) | undefined {
  if (goal.kind !== 'work') return undefined;
  const asked = inputs['package'] ?? (inputs['cuda'] === undefined ? undefined : 'torch');
  if (asked === undefined) return undefined;
  const name = normalName(asked.trim().split(/[\s,[<>=!~]/)[0] ?? '');
  const move = moves.find((one) => one.name === name);
  return move === undefined || move.to === null ? undefined : { ...move, to: move.to };
}

/** Returns the key under which a failed version is kept. What a key cannot hold of a version is written as `-`. */
export const failedVersionKey = ({
  tree,
  package: name,
  version,
}: Pick<FailedVersion, 'tree' | 'package' | 'version'>): string =>
  domainKey(tree, `failed_versions/${name}-${version.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')}.json`);

const written = z.object({ package: z.string(), version: z.string(), run: z.string(), row: z.number().int().min(1) });

/** Returns the text of an entry about a failed version. */
export const printFailedVersion = ({ tree: _tree, ...failed }: FailedVersion): string =>
  `${JSON.stringify(failed, null, 2)}\n`;

/** Returns what an entry claims to have failed, and the row that it names; undefined when it has another form. Nobody has checked it. */
export function readFailedVersion(text: string): z.infer<typeof written> | undefined {
  try {
    return written.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
