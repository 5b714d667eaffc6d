import type { JsonObject } from '../../../base/json.ts';
import type { SubmitAsked } from '../../changes/source.ts';
import type { EmergencyRecord } from '../../emergencies/record.ts';
import type { Plan } from '../../plans/plan.ts';
import type { RunOptions } from '../../runs/options.ts';
import type { Actor } from '../actor.ts';

/** A graphics card as production told it. */
export interface GraphicsDevice {
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
}

/** Runs, their plans, steps and leases. */
export interface RunRows {
  /**
   * [`run:<run>`; `started-by:m<message>:<playbook>`; `fires:<schedule>`, and `due:<schedule>`, `due:<schedule>:<dueMs>` where its time
   * had come] `request` is the id of the request that it answers, null where a message or a schedule asked for it.
   */
  'run.created': {
    readonly run: string;
    readonly goal: string;
    readonly kind: 'work' | 'undo' | 'restore' | 'submit' | 'open';
    readonly options: RunOptions;
    readonly by: Actor;
    readonly request: number | null;
    /** Id of the message that started it. */
    readonly message?: number;
    /** The schedule that started it. `dueMs` null: a person had it fire. */
    readonly fire?: { readonly schedule: string; readonly dueMs: number | null; readonly lateMs: number };
    /** What it answers, and why that was chosen. */
    readonly emergency?: EmergencyRecord;
    /** For restore: the point to go back to. For undo: the one whose merge is taken back; null: the newest, whichever it is. */
    readonly restore: string | null;
    /** For submit: what is to be taken. */
    readonly submit?: SubmitAsked;
    /** For open: the tree whose slot a person works in. */
    readonly tree?: string;
  };
  /** [`plan:<run>`] */
  'plan.made': { readonly run: string; readonly plan: Plan };
  /** [`plan-answer:<run>`] */
  'plan.answered': {
    readonly run: string;
    readonly hash: string;
    readonly verdict: 'approved' | 'rejected';
    readonly by: Actor;
    readonly reason: string;
  };
  /** [`resume-of:<run>`, and `resumed:<run>` after `--until` was reached] */
  'run.resumed': { readonly run: string; readonly by: Actor };
  /** [`close:<run>`] */
  'run.closed': {
    readonly run: string;
    readonly state: string;
    readonly freed: readonly string[];
    readonly report: string | null;
  };
  /** [`lease:slot:<slot>`, `lease:port:<port>`, `lease-of:<run>`] `slot` is null where only a port was needed. */
  'lease.taken': {
    readonly run: string;
    readonly slot: string | null;
    readonly tree: string | null;
    readonly port: number;
    readonly homePort: number | null;
    readonly skipped: readonly { readonly port: number; readonly why: string }[];
  };
  /** [`lease:slot:<slot>`, `lease:port:<port>`] */
  'lease.freed': { readonly run: string; readonly slot: string | null; readonly port: number };
  /**
   * [`opened:<run>`, `opened-in:<slot>`] The slot is at the branch and a person's, until the run ends. `commit` is what it was brought to.
   */
  'slot.opened': {
    readonly run: string;
    readonly slot: string;
    readonly dir: string;
    readonly port: number;
    readonly commit: string;
  };
  /**
   * [`kept:<run>`] An opened slot was given back, and what lay in it is kept under these refs of the store; `files` is null where it was
   * as at the beginning, `commits` where nothing was committed. `problem`: why files could not be stored; they go to trash when the slot is used again.
   */
  'slot.kept': {
    readonly run: string;
    readonly slot: string;
    readonly files: string | null;
    readonly commits: string | null;
    readonly problem: string | null;
  };
  /** [`step:<task>`] What an action reported when it was done; `sentence` is made by the action from `output`. */
  'step.reported': {
    readonly task: string;
    readonly attempt: string;
    readonly action: string;
    readonly agent: string;
    readonly output: JsonObject;
    readonly sentence: string;
    readonly durationMs: number;
  };
  /** Progress inside a step. */
  'step.noted': { readonly task: string; readonly attempt: string; readonly sentence: string };
  /** [`fingerprint`] Items of home's git files as last accepted. */
  'fingerprint.accepted': { readonly items: Readonly<Record<string, string>>; readonly by: Actor };
  /** [`tamper:<run>`] */
  'tamper.found': {
    readonly run: string | null;
    readonly task: string | null;
    readonly differences: readonly { readonly item: string; readonly kind: string }[];
  };
  /** [`graphics-asked:<run>`] A run waits for a person: production holds memory of the graphics card. */
  'graphics.asked': { readonly run: string; readonly port: number; readonly device: GraphicsDevice };
  /** [`graphics`, `graphics-of:<run>`] One run at a time proves on the graphics card. `freed`: production was asked to give its memory back. */
  'graphics.lent': {
    readonly run: string;
    readonly device: GraphicsDevice | null;
    readonly freed: { readonly port: number; readonly freeBytes: number } | null;
  };
  /** [`graphics-yielded:<instance>`] A proof took its prompt back because production was given `nPrompts`; it begins again when those are done. */
  'graphics.yielded': {
    readonly run: string;
    readonly instance: string;
    readonly nth: number;
    readonly nPrompts: number;
  };
  /** [`graphics-freed:<instance>`] Production starts: the proof that had the card was asked to free its memory. */
  'graphics.freed': { readonly instance: string; readonly run: string; readonly proofs: readonly string[] };
  /** [`graphics`, `graphics-of:<run>`] */
  'graphics.returned': { readonly run: string; readonly stopped: readonly string[] };
}
