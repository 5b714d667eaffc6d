import type { EnvironmentId, GitTreeId } from '../../base/ids.ts';
import type { TorchAnswer, UnmetNeed } from '../environments/torch-checks.ts';
import type { PackClasses } from '../instances/node-packs.ts';
import type { WorkflowFault } from './workflow-fault.ts';

/** What was done to know: `static` files were read; `api` it booted and answered; `kernel` GPU kernels ran; `generation` a workflow drew a good picture. */
export type Grade = 'static' | 'api' | 'kernel' | 'generation';

export interface WorkflowProof {
  readonly name: string;
  readonly durationMs: number;
  readonly pictures: readonly {
    readonly widthPx: number;
    readonly heightPx: number;
    readonly isFlat: boolean;
    readonly sha256: string;
    readonly sizeBytes: number;
    /** Its place below the output folder of the instance; absent in old rows, and where it lay elsewhere. */
    readonly file?: string;
  }[];
  /** Null when it ran well; else one sentence. */
  readonly failure: string | null;
  /** The same for programs; absent in old rows, and where it ran well. */
  readonly fault?: WorkflowFault;
}

/** A command of the person's and how it ended. */
export interface CommandRun {
  readonly what: 'setup' | 'check';
  readonly argv: readonly string[];
  /** Null: it was ended by a signal, or its time was over. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** Its last lines. */
  readonly tail: readonly string[];
}

export const isGoodRun = ({ exitCode, timedOut }: CommandRun): boolean => exitCode === 0 && !timedOut;

interface EvidenceKeyParts {
  readonly tree: GitTreeId;
  readonly environment: EnvironmentId;
  /** Digest of the component trees. */
  readonly components: string;
}

/** One thing that was proven of a (tree, environment, components). */
export type Evidence = EvidenceKeyParts & {
  readonly key: string;
  readonly run: string | null;
  readonly grade: Grade;
} & (
    | {
        readonly part: 'imports';
        readonly modules: readonly { readonly module: string; readonly version: string | null }[];
      }
    | {
        readonly part: 'checks';
        /** Empty when the environment has no torch. Grade `kernel` only where its kernels ran on a graphics card. */
        readonly torch: readonly TorchAnswer[];
        /** What `pip check` finds. */
        readonly unmet: readonly UnmetNeed[];
      }
    | {
        readonly part: 'boot';
        readonly instance: string;
        readonly port: number;
        readonly pid: number;
        readonly startMs: number;
        readonly device: string;
        readonly pytorchVersion: string;
        readonly nodeClasses: readonly string[];
        /** Which of them came from which pack; absent in old rows: nobody knows. */
        readonly nodePacks?: readonly PackClasses[];
        readonly failedImports: readonly string[];
      }
    | {
        readonly part: 'smoke';
        readonly instance: string;
        readonly device: string;
        readonly workflows: readonly WorkflowProof[];
      }
    | {
        /** Template `service`: set-up and checks. */
        readonly part: 'commands';
        readonly instance: string;
        readonly commands: readonly CommandRun[];
      }
    | {
        /** Template `service`: it was started and its readiness address answered with 2xx. */
        readonly part: 'ready';
        readonly instance: string;
        readonly port: number;
        readonly pid: number;
        readonly startMs: number;
        readonly url: string;
        readonly status: number;
      }
  );

export type EvidencePart = Evidence['part'];
export type BootEvidence = Extract<Evidence, { part: 'boot' }>;
export type ChecksEvidence = Extract<Evidence, { part: 'checks' }>;
export type SmokeEvidence = Extract<Evidence, { part: 'smoke' }>;

/** Returns the key of a part of what a gate proved. */
export const gatedKey = (
  gated: {
    readonly evidenceKey: string;
    readonly evidenceKeys?: Readonly<Partial<Record<EvidencePart, string>>> | undefined;
  },
  part: EvidencePart,
): string => gated.evidenceKeys?.[part] ?? gated.evidenceKey;

/**
 * Returns the key under which evidence is kept: it serves again only for the same three, and on the same `machine` where
 * the machine matters (`machineMark`; `cpu` where the card was not to be had): what ran on one graphics card says nothing
 * about another, and what ran on the CPU nothing about a card.
 */
export function evidenceKey(parts: EvidenceKeyParts, machine: string | null = null): string {
  const key = `${parts.tree}/${parts.environment}/${parts.components}`;
  return machine === null ? key : `${key}/${machine}`;
}

/**
 * Returns what of this machine evidence depends on: the graphics cards and their driver, as a few words. Null where there
 * is none.
 */
export function machineMark(
  found:
    | { readonly kind: 'none' }
    | { readonly kind: 'unknown' }
    | { readonly kind: 'nvidia'; readonly driver: string; readonly gpus: readonly { readonly name: string }[] },
): string | null {
  if (found.kind === 'none') return null;
  if (found.kind === 'unknown') return 'unknown-device';
  const cards = found.gpus.map(({ name }) => name).join('+');
  return `${cards}@${found.driver}`.replace(/[^A-Za-z0-9.@+]+/g, '-');
}
