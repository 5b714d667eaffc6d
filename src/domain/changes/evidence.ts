import type { EnvironmentId, GitTreeId } from '../../base/ids.ts';

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
  }[];
  /** Null when it ran well; else one sentence. */
  readonly failure: string | null;
}

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
        readonly part: 'boot';
        readonly instance: string;
        readonly port: number;
        readonly pid: number;
        readonly startMs: number;
        readonly device: string;
        readonly pytorchVersion: string;
        readonly nodeClasses: readonly string[];
        readonly failedImports: readonly string[];
      }
    | {
        readonly part: 'smoke';
        readonly instance: string;
        readonly device: string;
        readonly workflows: readonly WorkflowProof[];
      }
  );

export type EvidencePart = Evidence['part'];
export type BootEvidence = Extract<Evidence, { part: 'boot' }>;
export type SmokeEvidence = Extract<Evidence, { part: 'smoke' }>;

/** Returns the key under which evidence is kept: it serves again only for the same three. */
export function evidenceKey(parts: EvidenceKeyParts): string {
  return `${parts.tree}/${parts.environment}/${parts.components}`;
}
