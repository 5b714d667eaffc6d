import type { SubmitAsked } from './changes/source.ts';
import type { ShownRepair } from './doctor/finding.ts';
import type { EmergencyRecord } from './emergencies/record.ts';
import type { HookNote } from './hooks/note-keys.ts';
import type { Actor } from './journal/actor.ts';
import type { MergeTime } from './policy/rules.ts';
import type { Freeze, MergeWindow } from './policy/windows.ts';
import type { Priority } from './queue/rank.ts';
import type { EmptyChoice } from './removal/empty-plan.ts';
import type { RemovalPlan } from './removal/plan.ts';
import type { RunOptions } from './runs/options.ts';
import type { ClaimAct, StealGround } from './scale/claims.ts';
import type { Schedule } from './schedules/schedule.ts';

/** What other processes ask of the supervisor. The answer is `RequestAnswer`. */
export interface RequestKinds {
  /** `emergency`: what the run answers, and why that was chosen. */
  'run.start': {
    readonly goal: string;
    readonly options: RunOptions;
    readonly by: Actor;
    readonly emergency?: EmergencyRecord;
  };
  /** `to`: a restore point's name or number, or null for undoing the newest merge. */
  'restore.start': {
    readonly kind: 'undo' | 'restore';
    readonly to: string | null;
    readonly options: RunOptions;
    readonly by: Actor;
  };
  'submit.start': { readonly asked: SubmitAsked; readonly options: RunOptions; readonly by: Actor };
  /** Gives a person a slot of the tree; `run.close` gives it back. */
  'open.start': { readonly tree: string; readonly options: RunOptions; readonly by: Actor };
  'run.close': { readonly run: string; readonly by: Actor };
  'run.answer': {
    readonly run: string;
    readonly verdict: 'approved' | 'rejected';
    readonly planHash: string;
    readonly by: Actor;
  };
  /** Whether a step may start that a person has to say yes to. `step`: its id in the plan. */
  'step.answer': {
    readonly run: string;
    readonly step: string;
    readonly verdict: 'approved' | 'rejected';
    readonly by: Actor;
  };
  /** `budgetMicroUsd`: what the run may cost in all from now on. */
  'run.resume': { readonly run: string; readonly budgetMicroUsd?: number; readonly by: Actor };
  'run.cancel': { readonly run: string; readonly by: Actor };
  /** How soon a run that has not merged is wanted. */
  'run.prioritise': { readonly run: string; readonly to: Priority; readonly by: Actor };
  /** `tree` on `base` is what the person saw; anything else is refused with `CHANGE_MOVED`. */
  'review.answer': {
    readonly change: string;
    readonly tree: string;
    readonly base: string;
    readonly verdict: 'approved' | 'rejected' | 'changes-requested';
    readonly comment: string | null;
    readonly by: Actor;
    /** `window`: it merges when the next window opens. Left out: now. */
    readonly when?: MergeTime;
    readonly ticket?: string | null;
    /** Over the message of `approval-message.ts`, as `ssh-keygen -Y sign` writes it. */
    readonly signature?: string | null;
    /** Passes over windows, freezes, tickets and the number of persons, with `comment` as the reason; never over the gate. */
    readonly breakGlass?: boolean;
  };
  /** Merge an approved change that waits, now. `tree` on `base` is what the person saw. */
  'review.merge': {
    readonly change: string;
    readonly tree: string;
    readonly base: string;
    readonly breakGlass: boolean;
    readonly comment: string | null;
    readonly signature: string | null;
    readonly by: Actor;
  };
  'window.add': { readonly entry: MergeWindow | Freeze; readonly reason: string; readonly by: Actor };
  'window.remove': { readonly id: string; readonly reason: string | null; readonly by: Actor };
  /** What was passed over in an emergency has been looked at. */
  'followup.close': { readonly id: string; readonly comment: string; readonly by: Actor };
  /** Take the files of an open change again. */
  'change.resubmit': { readonly change: string; readonly by: Actor };
  'service.start': { readonly by: Actor };
  /** `now`: a prompt that runs is interrupted and saved with the others, instead of waited for. */
  'service.stop': { readonly by: Actor; readonly now: boolean };
  'service.restart': { readonly by: Actor; readonly now: boolean };
  /** Asks production to take its models out of memory. */
  'service.free': { readonly by: Actor };
  /** Take this prompt back from production, waiting or running. */
  'prompt.cancel': { readonly promptId: string; readonly by: Actor };
  /** Start the files of a slot for a person to look at, and stop that again. */
  'service.show': { readonly slot: string; readonly forMs: number; readonly by: Actor };
  'service.hide': { readonly slot: string; readonly by: Actor };
  /** Look for outside changes now. */
  'outside.look': { readonly by: Actor };
  /** Not take these over: ids of open differences. */
  'outside.discard': { readonly ids: readonly string[]; readonly by: Actor };
  /** Keeps the environment of a restore point whatever the rule says, or no longer. */
  'restore.pin': {
    readonly number: number;
    readonly isPinned: boolean;
    readonly reason: string | null;
    readonly by: Actor;
  };
  /** Make restore tags again that are missing or moved, from the journal. */
  'restore.mend': { readonly by: Actor };
  /** `hash` names the plan that the person saw; another one is refused with `CHANGE_MOVED`. */
  'space.prune': { readonly hash: string; readonly wheels: boolean; readonly by: Actor };
  'tree.scale': {
    readonly tree: string;
    readonly slots: number;
    readonly reason: string | null;
    readonly by: Actor;
  };
  /** `hash` names the plan that the person saw; another one is refused with `CHANGE_MOVED`. */
  'trees.sync': { readonly hash: string; readonly by: Actor };
  /** `hash` names the hand-over that the person saw; another one is refused with `CHANGE_MOVED`. */
  'failover.start': { readonly run: string; readonly hash: string; readonly by: Actor };
  /** `ground` is why it is taken from somebody; `to` is who gets it, where that is not who asks. */
  'claim.move': {
    readonly subject: string;
    readonly act: ClaimAct;
    readonly to: Actor | null;
    readonly ground: StealGround | null;
    readonly reason: string | null;
    readonly by: Actor;
  };
  /** Is anybody there? Answered at once. */
  'supervisor.ping': { readonly by: Actor };
  /** Tells the supervisor that it took over from one that was judged dead, and by what signs. */
  'supervisor.overtaken': {
    readonly pid: number;
    readonly epoch: number;
    readonly signs: readonly string[];
    readonly by: Actor;
  };
  /** `hash` names the plan that the person saw; another one is refused with `PLAN_MOVED`. */
  'removal.carry': { readonly plan: RemovalPlan; readonly by: Actor };
  /** `to`: an absolute path at which nothing is; null: where it lay. */
  'trash.restore': { readonly id: string; readonly to: string | null; readonly by: Actor };
  /** `hash` names the plan that the person saw; another one is refused with `PLAN_MOVED`. */
  'trash.empty': { readonly choice: EmptyChoice; readonly hash: string; readonly by: Actor };
  /** What an agent that is not ours tells by a hook. `token` names this very note. */
  'hook.note': { readonly note: HookNote; readonly token: string; readonly by: Actor };
  /** Make the slots that are not there. */
  'worktrees.init': { readonly slots: readonly string[]; readonly by: Actor };
  /** Keep the files of a slot as they are; answered with the ref. */
  'hook.checkpoint': {
    readonly slot: string;
    readonly description: string;
    readonly session: string | null;
    readonly by: Actor;
  };
  /** `marks`: the secrets that the person was shown; with others the change waits on. */
  'secret.allow': {
    readonly change: string;
    readonly marks: readonly string[];
    readonly comment: string;
    readonly by: Actor;
  };
  'condition.set': {
    readonly name: string;
    readonly evidence: readonly string[];
    readonly expiresAtMs: number | null;
    readonly by: Actor;
  };
  'condition.clear': { readonly name: string; readonly reason: string; readonly by: Actor };
  /** `hash` names the repairs that the person saw; a finding that is another one by now is left. */
  'doctor.fix': { readonly repairs: readonly ShownRepair[]; readonly hash: string; readonly by: Actor };
  /** `alert`: its id or its key. */
  'alert.acknowledge': { readonly alert: string; readonly comment: string | null; readonly by: Actor };
  'alert.resolve': { readonly alert: string; readonly comment: string | null; readonly by: Actor };
  'alert.suppress': {
    readonly match: string;
    readonly forMs: number;
    readonly reason: string;
    readonly by: Actor;
  };
  'alert.unsuppress': { readonly id: string; readonly by: Actor };
  /** `target`: null: all. */
  'alert.test': { readonly target: string | null; readonly by: Actor };
  /** Break off all work and begin none until `supervisor.thaw`. `production`: stop production too, its prompts saved. */
  'supervisor.freeze': { readonly reason: string | null; readonly production: boolean; readonly by: Actor };
  'supervisor.thaw': { readonly by: Actor };
  /** From now on. `replaces`: one of that id that a command added goes. */
  'schedule.add': { readonly schedule: Schedule; readonly replaces: boolean; readonly by: Actor };
  'schedule.remove': { readonly id: string; readonly reason: string | null; readonly by: Actor };
  'schedule.pause': { readonly id: string; readonly reason: string; readonly by: Actor };
  'schedule.resume': { readonly id: string; readonly by: Actor };
  /** Fire now, whatever the time; its check and its times of the week are not asked. */
  'schedule.run': { readonly id: string; readonly by: Actor };
  /** End as soon as nothing is running. */
  /** End soon: what runs goes to its end or is parked. */
  'supervisor.drain': { readonly by: Actor };
  'supervisor.stop': { readonly by: Actor };
}

export type RequestKind = keyof RequestKinds;

/** `run` is set where the request made or moved one. */
export type RequestAnswer =
  | { readonly kind: 'accepted'; readonly run: string | null; readonly sentence: string }
  | { readonly kind: 'refused'; readonly fault: import('../base/fault.ts').FaultRecord };
