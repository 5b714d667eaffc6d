import type { BrokenPromise } from '../environments/promises.ts';
import { newlyFailing, newlyUnmet, unmetSentence } from '../environments/torch-checks.ts';
import { packName } from '../instances/node-packs.ts';
import type { BootEvidence, ChecksEvidence, SmokeEvidence, WorkflowProof } from './evidence.ts';
import type { WorkflowFault } from './workflow-fault.ts';

export interface Finding {
  /** One sentence. */
  readonly sentence: string;
  /** Of a workflow that failed. */
  readonly fault?: WorkflowFault | undefined;
}

export interface BootComparison {
  readonly lost: readonly string[];
  readonly gained: readonly string[];
  readonly newlyFailing: readonly string[];
  /** Start time divided by the baseline's, or null without a baseline. */
  readonly startRatio: number | null;
}

/** Compares a boot with the baseline's: which node classes and packs are gone. */
export function compareBoots(baseline: BootEvidence | undefined, boot: BootEvidence): BootComparison {
  if (!baseline) return { lost: [], gained: [], newlyFailing: [], startRatio: null };
  const before = new Set(baseline.nodeClasses);
  const after = new Set(boot.nodeClasses);
  const failedBefore = new Set(baseline.failedImports);
  return {
    lost: baseline.nodeClasses.filter((name) => !after.has(name)),
    gained: boot.nodeClasses.filter((name) => !before.has(name)),
    newlyFailing: boot.failedImports.filter((name) => !failedBefore.has(name)),
    startRatio: baseline.startMs > 0 ? boot.startMs / baseline.startMs : null,
  };
}

/**
 * Returns why a boot is worse than the baseline; empty when it is not. Where packs (`removedPacks`: their paths) are taken out
 * on purpose their node classes go with them, as the baseline tells them apart: reviewers are told how many, and it is
 * nothing that failed. Another pack's classes are.
 */
export function judgeBoot(
  baseline: BootEvidence | undefined,
  boot: BootEvidence,
  removedPacks: readonly string[] = [],
): readonly Finding[] {
  const { lost, newlyFailing } = compareBoots(baseline, boot);
  const findings: Finding[] = [];
  const removed = new Set(removedPacks.map(packName));
  const packs = baseline?.nodePacks?.filter(({ pack }) => removed.has(pack)) ?? [];
  const gone = new Set(packs.flatMap(({ nodeClasses }) => nodeClasses));
  const missed = lost.filter((name) => !gone.has(name));
  if (missed.length > 0)
    findings.push({ sentence: `${missed.length} node classes are gone: ${missed.slice(0, 5).join(', ')}.` });
  if (newlyFailing.length > 0)
    findings.push({
      sentence: `${newlyFailing.length} node packs no longer import: ${newlyFailing.slice(0, 5).join(', ')}.`,
    });
  return findings;
}

/**
 * Returns what the plan said beforehand of packs that now fail: both requirements, and who asked for which. `goal` is what was asked
 * for, as it was typed.
 */
export function blameBroken(
  failing: readonly string[],
  plan: { readonly goalText: string; readonly brokenPromises?: readonly BrokenPromise[] },
): readonly Finding[] {
  return (plan.brokenPromises ?? [])
    .filter(({ pack }) => failing.includes(pack))
    .map(({ pack, requirement, chosen }) => ({
      sentence: `${pack} asks for ${requirement}, but "${plan.goalText}" ${chosen === null ? 'leaves it out' : `brings ${chosen}`}, as the plan warned.`,
    }));
}

/**
 * Returns why an environment is worse than the baseline's: torch fails where it did not, or a package does not have what it needs.
 * `told` are the promises that the plan said it breaks.
 */
export function judgeChecks(
  baseline: ChecksEvidence | undefined,
  checks: ChecksEvidence,
  told: readonly { readonly pack: string; readonly requirement: string }[],
): readonly Finding[] {
  const failing = newlyFailing(baseline?.torch, checks.torch);
  const unmet = newlyUnmet(baseline?.unmet, checks.unmet, told);
  return [
    ...failing.map(({ question, fact }) => ({ sentence: `torch fails a check (${question}): ${fact}.` })),
    ...unmet.map((one) => ({ sentence: `${unmetSentence(one)}.` })),
  ];
}

const isFlat = (proof: WorkflowProof): boolean => proof.pictures.some((picture) => picture.isFlat);
/** Below this a ratio of durations says nothing: the clock and the machine are noisier. */
const comparableMs = 2_000;

/** Returns why the workflows are worse than the baseline; empty when they are not. */
export function judgeSmoke(
  baseline: Pick<SmokeEvidence, 'workflows' | 'device'> | undefined,
  smoke: Pick<SmokeEvidence, 'workflows' | 'device'>,
  maxSlowdown: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  const before = new Map(baseline?.workflows.map((one) => [one.name, one]));
  for (const workflow of smoke.workflows) {
    const was = before.get(workflow.name);
    if (workflow.failure !== null) {
      // A workflow that failed before as well is no regression; it is told, not held against the change.
      if (!was || was.failure === null)
        findings.push({ sentence: `Workflow ${workflow.name} failed: ${workflow.failure}`, fault: workflow.fault });
      continue;
    }
    if (isFlat(workflow) && !(was && was.failure === null && isFlat(was))) {
      findings.push({ sentence: `Workflow ${workflow.name} drew a flat picture: every pixel has the same value.` });
    }
    if (was && was.failure === null) {
      // A graphics card and a CPU are not compared.
      const isSameDevice = baseline?.device === smoke.device;
      const ratio = workflow.durationMs / Math.max(was.durationMs, comparableMs);
      if (isSameDevice && ratio > maxSlowdown)
        findings.push({ sentence: `Workflow ${workflow.name} takes ${ratio.toFixed(1)} times as long as before.` });
      if (workflow.pictures.length < was.pictures.length)
        findings.push({
          sentence: `Workflow ${workflow.name} drew ${workflow.pictures.length} pictures instead of ${was.pictures.length}.`,
        });
    }
  }
  return findings;
}

/** Returns what the evidence does not cover, as sentences: never more is claimed than was done. */
export function notProven(options: {
  checks: ChecksEvidence | undefined;
  smoke: SmokeEvidence | undefined;
  boot: BootEvidence | undefined;
  nWorkflows: number;
  /** Workflows in the person's user folder; null when nobody can count them. */
  nOthers?: number | null;
}): readonly string[] {
  const left: string[] = [];
  const device = options.smoke?.device ?? options.boot?.device;
  const torch = options.checks?.torch ?? [];
  const gone = torch.filter(({ outcome }) => outcome === 'not-offered').map(({ fact }) => fact);
  if (device === undefined) left.push('that the service boots');
  else if (device === 'cpu') left.push('GPU kernels: the proof ran on the CPU');
  else if (options.checks?.grade !== 'kernel' && !options.smoke?.workflows.some((one) => one.failure === null))
    left.push('GPU kernels: no workflow ran on the device');
  if (gone.length > 0) left.push(`what this torch does not offer: ${gone.join(', ')}`);
  const failed = options.smoke?.workflows.filter((one) => one.failure !== null).map((one) => one.name) ?? [];
  if (options.nWorkflows === 0) left.push('that any workflow runs: none lies in workflows/');
  if (failed.length > 0) left.push(`that these workflows run: ${failed.join(', ')}`);
  const others = options.nOthers ?? 0;
  left.push(
    others === 0
      ? 'workflows that are not in workflows/'
      : others === 1
        ? 'your other workflow'
        : `your other ${others} workflows`,
  );
  return left;
}
