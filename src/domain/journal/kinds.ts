import type { FaultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Evidence, EvidencePart } from '../changes/evidence.ts';
import type { QuestionAnswer } from '../changes/questions.ts';
import type { Acceleration } from '../environments/acceleration.ts';
import type { MachineName } from '../machines/index.ts';
import type { OutsideDifference } from '../outside/difference.ts';
import type { Plan } from '../plans/plan.ts';
import type { Drilled } from '../restore/drill.ts';
import type { RestoreManifest } from '../restore/manifest.ts';
import type { PrunePlan } from '../restore/prune-plan.ts';

/** Who gave a verdict or asked for something. */
export interface Actor {
  readonly kind: 'rule' | 'program' | 'model' | 'person';
  /** A rule's or agent's id, or the person's login name. */
  readonly name: string;
}

export interface RunOptions {
  readonly previewOnly: boolean;
  /** The person said yes beforehand, to the plan and to the review. */
  readonly yes: boolean;
  readonly until: string | null;
  readonly playbook: string | null;
  /** Inputs of the playbook that were given as options (`--target`, `--set name=value`); they win over the goal's words. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A graphics card as production told it. */
export interface GraphicsDevice {
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
}

/**
 * Every kind of journal row with its data. A row is written by the code that observed what it says;
 * sentences shown to people are rendered from these rows and from nothing else.
 * In brackets: the keys by which the newest row is found.
 */
export interface JournalKinds {
  /** [`installation`] */
  'installation.created': {
    readonly id: string;
    readonly home: string;
    readonly branchRef: string;
    readonly head: string;
    readonly version: string;
  };
  /** [`borrowed:<environment>`] An environment that was found: what it is compared with whenever it is used. `mark` stands for a package's files. */
  'environment.borrowed': {
    readonly environment: string;
    /** Its interpreter, as the lock names it. */
    readonly python: string;
    readonly prefix: string;
    readonly manager: 'venv' | 'conda' | 'system';
    readonly fingerprint: string;
    /** Paths and sizes of all files, and times of those of no package; absent in old rows. */
    readonly frame?: string;
    /** `record` stands for a package's `RECORD`; null or absent: its files are not known to be the ones of it. */
    readonly packages: readonly {
      readonly name: string;
      readonly version: string;
      readonly mark: string;
      readonly record?: string | null;
    }[];
  };
  /** [`ledger.headMissing`] Rows that were once the newest are gone: the tail was lost outside of the database. */
  'ledger.headMissing': {
    readonly noted: { readonly seq: number; readonly hash: string };
    readonly found: { readonly seq: number; readonly hash: string };
  };
  'supervisor.started': { readonly pid: number; readonly version: string };
  'supervisor.reconciled': {
    /** One sentence per thing that was found and put right. */
    readonly findings: readonly string[];
    readonly durationMs: number;
    readonly resumed: readonly string[];
  };
  'supervisor.stopped': { readonly reason: string };
  /** [`checkpoint`] Which machines were alive, and the highest numbers in use, at this row. */
  'supervisor.checkpoint': {
    readonly live: readonly { readonly machine: MachineName; readonly subject: string }[];
    readonly numbers: Readonly<Record<string, number>>;
  };
  /** [`machine:<subject>`] */
  'machine.created': {
    readonly machine: MachineName;
    readonly version: number;
    readonly subject: string;
    readonly input: JsonObject;
    readonly to: string;
  };
  /** [`machine:<subject>`] A transition. `event` is the whole event, `to` like `reviewing.deciding`. */
  'machine.moved': {
    readonly machine: MachineName;
    readonly version: number;
    readonly subject: string;
    readonly event: JsonObject;
    readonly from: string;
    readonly to: string;
    readonly isFinal: boolean;
  };
  /** An event that the state does not know: nothing moved. */
  'machine.ignored': {
    readonly machine: MachineName;
    readonly subject: string;
    readonly event: JsonObject;
    readonly state: string;
  };
  /** A report of an effect that is no longer waited for: recorded, never applied. */
  'report.late': { readonly subject: string; readonly effect: string; readonly report: JsonObject };
  /** [`effect:<key>`] */
  'effect.intended': { readonly key: string; readonly name: string; readonly input: JsonObject };
  /** [`effect:<key>`] `how`: it was done now, or found done after an interruption. */
  'effect.done': {
    readonly key: string;
    readonly name: string;
    readonly output: JsonObject;
    readonly how: 'did' | 'found';
    readonly durationMs: number;
  };
  /** [`effect:<key>`] */
  'effect.failed': {
    readonly key: string;
    readonly name: string;
    readonly fault: FaultRecord;
    readonly durationMs: number;
  };

  /** [`run:<run>`] `request` is the id of the request that it answers. */
  'run.created': {
    readonly run: string;
    readonly goal: string;
    readonly kind: 'work' | 'undo' | 'restore';
    readonly options: RunOptions;
    readonly by: Actor;
    readonly request: number;
    /** For undo and restore: the restore point asked for, or null for the newest merge's base. */
    readonly restore: string | null;
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

  /** [`outside:baseline`] What outside changes are counted from; the whole of it is `outside/<digest>.json` in the state folder. */
  'outside.baseline': {
    readonly digest: string;
    readonly why: string;
    readonly atMs: number;
    readonly nComponents: number;
  };
  /** [`outside:found`] What is known to have moved behind our back and is neither kept nor discarded. Written when that changes. */
  'outside.found': {
    readonly occasion: string;
    /** When the baseline was taken: what has no time of its own happened after. */
    readonly sinceMs: number;
    /** Highest number of an id that was ever given. */
    readonly last: number;
    readonly differences: readonly OutsideDifference[];
  };
  /** [`outside:discarded`] `marks`: states that are not told again, all that are in force. `told`: what became of each. */
  'outside.discarded': {
    readonly by: Actor;
    readonly marks: readonly string[];
    readonly told: readonly { readonly id: string; readonly sentence: string; readonly trash: string | null }[];
  };

  /** [`evidence:<key>:<part>`] */
  'evidence.recorded': { readonly evidence: Evidence };

  /**
   * [`record:<tree>`] What was there before a run moved anything: packages with who installed them and from where, components,
   * graphics cards, the baseline. Later steps and people compare with it.
   */
  'environment.recorded': {
    readonly run: string;
    readonly tree: string;
    readonly environment: string;
    readonly python: { readonly version: string; readonly prefix: string };
    readonly packages: readonly {
      readonly name: string;
      readonly version: string;
      readonly installer: string | null;
      /** `index`, or the address, commit or folder that it came from. */
      readonly from: string;
    }[];
    readonly components: readonly { readonly id: string; readonly commit: string | null; readonly tree: string }[];
    readonly accelerators: Acceleration;
    /** `/system_stats` of the instance that was booted for the baseline; null when it was on record and does not run. */
    readonly service: {
      readonly comfyui: string;
      readonly python: string;
      readonly torch: string;
      readonly device: string;
    } | null;
    /** Node packs that do not import today. */
    readonly failedImports: readonly string[];
    readonly workflows: readonly {
      readonly name: string;
      readonly durationMs: number;
      readonly failure: string | null;
    }[];
  };

  /** [`change:<change>`, `change-of:<run>`] */
  'change.drafted': {
    readonly change: string;
    readonly run: string;
    readonly tree: string;
    readonly base: string;
    readonly baseTree: string;
    /** The git tree that is proposed, on `base`. */
    readonly proposed: string;
    readonly title: string;
    readonly risk: 'low' | 'medium' | 'high';
    readonly authors: readonly string[];
    readonly paths: readonly { readonly path: string; readonly kind: 'added' | 'changed' | 'removed' }[];
  };
  /** [`check:<change>`] */
  'change.checked': {
    readonly change: string;
    readonly outsideScope: readonly string[];
    readonly reviewers: readonly string[];
    readonly risk: 'low' | 'medium' | 'high';
    readonly why: readonly string[];
  };
  /** [`gate:<change>`] The tree that would become the branch, and what proves it. */
  'change.gated': {
    readonly change: string;
    readonly base: string;
    readonly exact: string;
    readonly environment: string;
    readonly components: string;
    readonly evidenceKey: string;
    /** Keys of single parts, which may have been proven on the CPU instead of the card; absent in old rows. */
    readonly evidenceKeys?: Readonly<Partial<Record<EvidencePart, string>>>;
    readonly reused: readonly string[];
    readonly verdict: 'proven' | 'conflict' | 'failed';
    readonly fault: FaultRecord | null;
    readonly notProven: readonly string[];
    readonly durationMs: number;
  };
  /** [`review:<change>:<reviewer>`, `review:<change>`] */
  'review.answered': {
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly policy: string;
    readonly reviewer: string;
    readonly by: Actor;
    readonly verdict: 'approved' | 'rejected' | 'changes-requested' | 'nothing-to-check';
    readonly questions: readonly QuestionAnswer[];
    readonly comment: string | null;
  };
  /** [`held:<change>`] */
  'change.held': { readonly change: string; readonly fault: FaultRecord };
  /** [`restore:<number>`, `restore-at:<commit>`, `restores`] Written before the branch moves. */
  'restore.created': {
    readonly tag: string;
    readonly number: number;
    readonly commit: string;
    readonly manifest: RestoreManifest;
  };
  /** [`branch`] */
  'branch.moved': { readonly ref: string; readonly from: string; readonly to: string; readonly change: string };
  /** [`home:<change>`] */
  'home.applied': {
    readonly change: string;
    readonly written: readonly string[];
    readonly kept: readonly string[];
    readonly indexRefreshed: boolean;
  };
  /** [`switching:<change>`] `from` is the instance that was production. */
  'switch.started': { readonly change: string; readonly from: string; readonly base: string };
  /** [`switch:<change>`] */
  'service.switched': {
    readonly change: string;
    readonly outcome: 'switched' | 'not-running' | 'unaffected' | 'reverted';
    readonly instance: string | null;
    readonly downMs: number | null;
    readonly requeued: number;
    readonly reason: string | null;
    /** What of `watch.ended` may be claimed; absent in old rows, and where nothing was watched. */
    readonly watched?: { readonly ms: number; readonly nAnswers: number; readonly isInterrupted: boolean };
  };
  /**
   * [`watching:<change>`] The new production was proven, `provenAtMs` in milliseconds since 1970, and is watched for `limitMs`
   * from then on. `downMs` is of the switch. Its pending prompts are queued again after this row.
   */
  'watch.started': {
    readonly change: string;
    readonly instance: string;
    readonly provenAtMs: number;
    readonly limitMs: number;
    readonly downMs: number;
  };
  /**
   * [`watched:<change>`] How the watch ended. `ms`: from the proof to the last look. `nAnswers` are those
   * that were seen since it was taken up last; `isInterrupted`: it had been begun before, by a process that was killed. `reason` is null where it held.
   */
  'watch.ended': {
    readonly change: string;
    readonly instance: string;
    readonly outcome: 'held' | 'ended' | 'silent';
    readonly ms: number;
    readonly nAnswers: number;
    readonly isInterrupted: boolean;
    readonly reason: string | null;
  };

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
    /** Folders that its process sees read-only; absent in old rows: the one of all built environments. */
    readonly readOnly?: readonly string[];
  };
  /** [`instance-up:<instance>`] Proof of who answers. */
  'instance.proven': {
    readonly instance: string;
    readonly pid: number;
    readonly startTime: string;
    readonly port: number;
    readonly argvNamesDir: boolean;
    readonly ownsSocket: boolean;
    readonly comfyuiVersion: string;
    readonly pytorchVersion: string;
    readonly device: string;
    readonly startMs: number;
  };
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
  /** [`graphics-asked:<run>`] A run waits for a person: production holds memory of the graphics card. */
  'graphics.asked': { readonly run: string; readonly port: number; readonly device: GraphicsDevice };
  /** [`graphics`, `graphics-of:<run>`] One run at a time proves on the graphics card. `freed`: production was asked to give its memory back. */
  'graphics.lent': {
    readonly run: string;
    readonly device: GraphicsDevice | null;
    readonly freed: { readonly port: number; readonly freeBytes: number } | null;
  };
  /** [`graphics`, `graphics-of:<run>`] */
  'graphics.returned': { readonly run: string; readonly stopped: readonly string[] };
  /** [`instance-up:<instance>`] */
  'instance.ended': { readonly instance: string; readonly reason: string; readonly logTail: readonly string[] };
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
  /** [`void:<number>`] The branch moved before the merge of this restore point: nothing ever was in this state. */
  'restore.voided': { readonly number: number; readonly tag: string; readonly change: string };
  /** [`pin:<number>`] A person wants the environment of a restore point kept whatever the rule says, or no longer. */
  'restore.pinned': {
    readonly number: number;
    readonly tag: string;
    readonly isPinned: boolean;
    readonly reason: string | null;
    readonly by: Actor;
  };
  /**
   * [`drill:<number>`, `drill-of:<run>`] A restore point was brought back in folders of its own, or why that failed: `fault`.
   * `parts` are the ones that were gone through, in order; nothing of it stays.
   */
  'restore.drilled': Drilled & { readonly fault: FaultRecord | null };
  /** [`space:pruned`] What was taken away to make room, and what that made of the restore points. */
  'space.pruned': { readonly plan: PrunePlan; readonly hash: string; readonly by: Actor };
  /** [`replaced:<environment>`] Files that are not the ones that were built were moved to `trash`, so that it can be built again. */
  'environment.replaced': {
    readonly environment: string;
    readonly nChanged: number;
    /** The first of them. */
    readonly changed: readonly string[];
    /** Absolute folder in which they are kept. */
    readonly trash: string;
    readonly run: string | null;
  };
  /** [`status:summary`] What bare `orchestrate` and `status` print; kept current by the supervisor. */
  'status.summarised': { readonly summary: JsonObject };
}

export type JournalKind = keyof JournalKinds;

/** Returns a row, its data checked against its kind. */
export function row<Kind extends JournalKind>(
  kind: Kind,
  data: JournalKinds[Kind],
  options: { run?: string | null; keys?: readonly string[] } = {},
): { kind: Kind; data: JsonObject; run?: string; keys: readonly string[] } {
  return {
    kind,
    data: data as unknown as JsonObject,
    ...(typeof options.run === 'string' ? { run: options.run } : {}),
    keys: options.keys ?? [],
  };
}

/** Reads the data of a row of a known kind; undefined when the row is absent or of another kind. */
export function dataOf<Kind extends JournalKind>(
  kind: Kind,
  entry: { readonly kind: string; readonly data: JsonObject } | undefined,
): JournalKinds[Kind] | undefined {
  return entry?.kind === kind ? (entry.data as unknown as JournalKinds[Kind]) : undefined;
}
