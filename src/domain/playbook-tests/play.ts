import { Fault, type FaultRecord } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { Playbook } from '../definitions/types.ts';
import { fillArguments } from '../plans/fill.ts';
import { askedAs, isAllOver, type StepMove, stepFacts, stepMoves, type StepScene } from '../plans/moves.ts';
import type { PlannedStep } from '../plans/plan.ts';
import { plannedSteps } from '../plans/planned-steps.ts';
import type { StepState } from '../plans/schedule.ts';
import { takenBackBy, takeBackSteps } from '../plans/take-back.ts';
import { playTask } from './play-task.ts';
import type { Given, Outcome } from './playbook-test.ts';

/** What a playbook did with what it was given. */
export interface Played {
  readonly outcome: Outcome;
  readonly order: readonly string[];
  readonly skipped: readonly string[];
  readonly asks: readonly string[];
  readonly waits: Readonly<Record<string, readonly string[]>>;
  readonly takenBack: readonly string[];
  readonly arguments: Readonly<Record<string, JsonObject>>;
  readonly attempts: Readonly<Record<string, number>>;
  readonly fault: FaultRecord | null;
}

/** An installation as most are; a test gives what is different. */
const usual = {
  ...{ name: 'comfy-home', template: 'comfyui', mode: 'managed', port: 8188, restart: 'never', resolver: 'auto' },
} as const;

/**
 * Plays a playbook from its plan to its end, or to where it waits. Nothing is done: actions report what is given. `check` is asked about
 * the arguments of each step that starts, and may throw. Faults: `EXPRESSION_FAILED` when the plan cannot be made.
 */
export function playPlaybook(
  playbook: Playbook,
  given: Given,
  check: (step: Pick<PlannedStep, 'id' | 'action'>, args: JsonObject) => void = () => undefined,
): Played {
  const play = new Play(playbook, given, check);
  for (let isGoing = true; isGoing;) isGoing = play.round();
  return play.end();
}

interface Noted {
  order: string[];
  skipped: string[];
  asks: string[];
  waits: Record<string, readonly string[]>;
  arguments: Record<string, JsonObject>;
  attempts: Record<string, number>;
}

class Play {
  readonly #given: Given;
  readonly #check: (step: PlannedStep, args: JsonObject) => void;
  readonly #steps: readonly PlannedStep[];
  readonly #facts: StepScene['facts'];
  readonly #expansions = new Map<string, readonly Json[]>();
  readonly #standing = new Map<string, { state: StepState; output?: JsonObject }>();
  /** Steps that began their work, in order. */
  readonly #begun: string[] = [];
  readonly #noted: Noted = { order: [], skipped: [], asks: [], waits: {}, arguments: {}, attempts: {} };
  #ended: { outcome: Outcome; fault: FaultRecord | null } | undefined;

  constructor(playbook: Playbook, given: Given, check: (step: PlannedStep, args: JsonObject) => void) {
    const defaults = Object.entries(playbook.inputs).map(([name, input]) => [name, input.default ?? ''] as const);
    const inputs = { ...Object.fromEntries(defaults), ...given.inputs };
    const installation = { ...usual, ...given.installation };
    this.#given = given;
    this.#check = check;
    this.#steps = plannedSteps(playbook, { inputs, installation });
    this.#facts = { inputs, installation, conditions: given.conditions };
  }

  /** Carries out what follows now. False when the run has ended, or waits. */
  round(): boolean {
    const moves = stepMoves(this.#scene());
    for (const move of moves) this.#note(move);
    const failing = moves.find((move) => move.kind === 'fail');
    if (failing !== undefined) return this.#finish('failed', failing.fault);
    const refused = moves.find(({ kind, step }) => kind === 'ask' && this.#answerTo(step) === 'rejected');
    const started = moves.flatMap((move) => (move.kind === 'start' ? [move] : []));
    for (const { step } of started) this.#work(step);
    if (this.#ended !== undefined) return false;
    if (isAllOver(this.#scene())) return this.#review();
    const isMoving = moves.some(
      ({ kind, step }) => kind !== 'wait' && (kind !== 'ask' || this.#answerTo(step) === 'approved'),
    );
    if (isMoving) return true;
    if (refused !== undefined) return this.#finish('cancelled', null);
    return this.#finish(moves.some(({ kind }) => kind === 'wait') ? 'waiting' : 'paused', null);
  }

  end(): Played {
    const { outcome, fault } = this.#ended ?? { outcome: 'done', fault: null };
    const isKept = outcome !== 'failed' && outcome !== 'cancelled';
    const options = { expansions: this.#expansions, begun: this.#begun };
    const undoing = isKept ? [] : takeBackSteps(this.#steps, options);
    const takenBack = undoing.map((step) => ({ step, id: takenBackBy(step.id) ?? step.id }));
    return {
      ...this.#noted,
      outcome,
      fault,
      takenBack: takenBack.filter((one) => this.#takeBack(one)).map(({ id }) => id),
    };
  }

  /** What a step that failed would have reported is not there: a run says that it cannot be taken back, and goes on. */
  #takeBack({ step, id }: { step: PlannedStep; id: string }): boolean {
    try {
      this.#check(step, { ...step.with, ...fillArguments(step.late ?? {}, stepFacts(this.#scene(), step)) });
      return true;
    } catch (error) {
      if (this.#standing.get(id)?.state !== 'done' && error instanceof Fault && error.code === 'EXPRESSION_FAILED')
        return false;
      throw error;
    }
  }

  #scene(): StepScene {
    const approved = Object.keys(this.#given.answers).filter((step) => this.#given.answers[step] === 'approved');
    return {
      steps: this.#steps,
      expansions: this.#expansions,
      standing: this.#standing,
      approved: new Set(approved.filter((step) => this.#noted.asks.includes(step))),
      facts: this.#facts,
    };
  }

  #answerTo(step: PlannedStep): 'approved' | 'rejected' | undefined {
    return this.#given.answers[askedAs(step)];
  }

  #note(move: StepMove): void {
    const { id } = move.step;
    switch (move.kind) {
      case 'skip':
        this.#standing.set(id, { state: 'skipped' });
        this.#noted.skipped.push(id);
        return;
      case 'expand':
        this.#expansions.set(id, move.items);
        return;
      case 'wait':
        this.#noted.waits[id] = move.conditions;
        return;
      case 'ask':
        if (!this.#noted.asks.includes(askedAs(move.step))) this.#noted.asks.push(askedAs(move.step));
        return;
      case 'start':
        this.#noted.order.push(id);
        this.#noted.arguments[id] = move.with;
        this.#check(move.step, move.with);
        return;
      case 'fail':
    }
  }

  #work(step: PlannedStep): void {
    const output = this.#outputOf(step);
    const facts = stepFacts(this.#scene(), step);
    const fails = this.#given.fails[step.id] ?? this.#given.fails[askedAs(step)];
    const { state, attempts, fault } = playTask(step, { output, fails, facts });
    this.#noted.attempts[step.id] = attempts;
    this.#begun.push(step.id);
    // It has reported its work, also where its check then said no: what takes it back reads that.
    if (state === 'done' || fault?.code === 'STEP_CHECK_FAILED') this.#standing.set(step.id, { state: 'done', output });
    if (state !== 'done') this.#finish(state === 'parked' ? 'paused' : 'failed', fault);
  }

  #outputOf({ id, of }: PlannedStep): JsonObject {
    const output = this.#given.outputs[of ?? id] ?? {};
    if (!Array.isArray(output)) return output as JsonObject;
    return (output[Number(id.slice(id.lastIndexOf('.') + 1)) - 1] as JsonObject | undefined) ?? {};
  }

  #review(): false {
    return this.#given.review === 'approved' ? this.#finish('done', null) : this.#finish('failed', null);
  }

  /** The first end counts: what failed beside it was called off. */
  #finish(outcome: Outcome, fault: FaultRecord | null): false {
    this.#ended ??= { outcome, fault };
    return false;
  }
}
