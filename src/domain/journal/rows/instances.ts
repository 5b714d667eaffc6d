import type { FaultRecord } from '../../../base/fault.ts';
import type { CommandRun } from '../../changes/evidence.ts';
import type { StartMark } from '../../instances/start-mark.ts';

/** A cap on the memory of a service. `why`: it does not hold on this machine; null: it does. */
export interface MemoryLimit {
  readonly maxBytes: number;
  readonly why: string | null;
}

/** Instances, production, and the prompts and user folder that it holds. */
export interface InstanceRows {
  /** [`instance:<instance>`, and `composed:production` for one] */
  'instance.composed': {
    readonly instance: string;
    readonly purpose: 'production' | 'proof';
    readonly tree: string;
    readonly environment: string;
    readonly components: string;
    readonly dir: string;
    readonly port: number;
    readonly run: string | null;
    readonly python: string;
    readonly args: readonly string[];
    readonly seal: 'read-only bind' | 'detected, not prevented';
    /** The commands of another program that starts and stops it; absent where we do. */
    readonly by?: { readonly start: readonly string[]; readonly stop: readonly string[] };
    /** Template `service`: what is run in its folder and asked of it. `python` and `args` are its program then. Absent: ComfyUI. */
    readonly program?: {
      readonly ready: string;
      readonly setup: readonly string[];
      /** Empty for production: what was proven is not proven again. */
      readonly checks: readonly (readonly string[])[];
      readonly commandSeconds: number;
      /** Ignored files of home that it was given, and what of them was left out. */
      readonly included: readonly string[];
      readonly left: readonly { readonly path: string; readonly why: string }[];
    };
    /** Folders that its process sees read-only; absent in old rows: the one of all built environments. */
    readonly readOnly?: readonly string[];
    /** What `service.memory-max` asks for; absent: nothing. */
    readonly memory?: MemoryLimit;
  };
  /** [`instance-up:<instance>`] Proof of who answers. */
  'instance.proven': {
    readonly instance: string;
    readonly pid: number;
    readonly startTime: string;
    readonly port: number;
    /** Absent where the template's server does not tell its start command. */
    readonly argvNamesDir?: boolean;
    readonly ownsSocket: boolean;
    /** Of ComfyUI alone. */
    readonly comfyuiVersion?: string;
    readonly pytorchVersion?: string;
    readonly device?: string;
    /** Template `service`: what its readiness address answered. */
    readonly status?: number;
    /** Of ComfyUI alone: what it can, as it was asked when it was proven. */
    readonly can?: {
      readonly prefix: '/api' | '';
      readonly jobs: boolean;
      readonly previewMetadata: boolean;
      readonly maxUploadBytes: number | null;
    };
    readonly startMs: number;
    /** Of ComfyUI: what its log says of its start; null: nothing. Absent in old rows. */
    readonly logMark?: StartMark;
  };
  /** [`commands:<instance>`] Set-up and checks that ran in its folder before it was started; secrets are masked in `tail`. */
  'instance.prepared': { readonly instance: string; readonly commands: readonly CommandRun[] };
  /**
   * [`instance-up:<instance>`] Production that another program started answers with our folder in its start command.
   * `owner` holds the socket: told, not claimed as ours; null where it belongs to another user.
   */
  'instance.answered': {
    readonly instance: string;
    readonly owner: { readonly pid: number; readonly startTime: string; readonly program: string } | null;
    readonly port: number;
    readonly comfyuiVersion: string;
    readonly pytorchVersion: string;
    readonly device: string;
    readonly startMs: number;
  };
  /** [`stop-failed:<instance>`] The other program did not stop it: it is production still. `nth` counts from 1. */
  'instance.stopFailed': { readonly instance: string; readonly nth: number; readonly fault: FaultRecord };
  /** [`instance-up:<instance>`] */
  'instance.ended': { readonly instance: string; readonly reason: string; readonly logTail: readonly string[] };
  /** [`prompt:<instance>`] A prompt runs that may end before production is stopped. */
  'prompt.awaited': { readonly instance: string; readonly promptId: string; readonly limitMs: number };
  /** [`prompt:<instance>`] It ended, or was interrupted and is among the saved ones. */
  'prompt.ended': {
    readonly instance: string;
    readonly promptId: string;
    readonly how: 'finished' | 'failed' | 'interrupted' | 'unknown';
    readonly waitedMs: number;
  };
  /**
   * [`queue:<instance>`] What production had to do is in a file of ours. `lastAnswerAtMs`: when it answered for the last time,
   * in milliseconds since 1970; null when it did not.
   */
  'queue.kept': {
    readonly instance: string;
    readonly nPrompts: number;
    readonly digest: string;
    readonly lastAnswerAtMs: number | null;
  };
  /** [`queue-restored:<from>`] Saved prompts were posted to `to`. Those that it refused stay in their file. Never the prompts themselves. */
  'queue.restored': {
    readonly from: string;
    readonly to: string;
    readonly nAccepted: number;
    readonly partly: readonly { readonly promptId: string; readonly reason: string }[];
    readonly refused: readonly { readonly promptId: string; readonly reason: string }[];
  };
  /**
   * [`user-kept:<instance>`, `user:<point>`, `user-of:<core>`] The person's user folder as it was when production left
   * `instance` (`adopted`: the person's own) for another version of ComfyUI, once more when it differs at a later try;
   * `tree` lies in the trusted store under `ref`, null where nothing could be kept (old rows). `core` is the tree of the
   * ComfyUI that wrote the folder, `point` the restore point that it belongs to. `link`: where the folder really lies when it is a link.
   */
  'user.kept': {
    readonly instance: string;
    readonly point: number | null;
    readonly core: string;
    readonly dir: string;
    readonly link: string | null;
    readonly ref: string | null;
    readonly tree: string | null;
    readonly nFiles: number;
    /** Files that were not kept, and why. */
    readonly left: readonly { readonly path: string; readonly reason: string }[];
  };
  /**
   * [`user-back`, `user-back:<instance>`] Files of the user folder that came back from row `from`, for the version of ComfyUI
   * that wrote them.
   */
  'user.broughtBack': {
    readonly instance: string;
    readonly from: number;
    readonly dir: string;
    readonly written: readonly string[];
    readonly removed: readonly string[];
  };
  /** [`production`] Which instance is production; null when it was stopped, and then `saved` left its prompts behind. */
  'production.set': { readonly instance: string | null; readonly saved: string | null };
}
