import { catalogue } from './catalogue.ts';
import type { Finding } from './finding.ts';
import { malware } from './malware.ts';
import type { Hit, Reading } from './matcher.ts';
import { answerCommand } from './repair-playbooks.ts';
import { type Signature, type Stage, stages } from './signature.ts';

/** A finding with what was thought about it. */
export interface Diagnosed {
  readonly finding: Finding;
  readonly cause: string;
  /** Signatures from this one to its root, this one first. */
  readonly chain: readonly string[];
  /** What it follows from, as `because` of the finding, with who is to blame for that. */
  readonly follows: Pick<Finding, 'signature' | 'culprit'> | null;
  /** Causes that would explain it and of which no line was seen. Not seen is not refuted: a test may still say so. */
  readonly notSeen: readonly string[];
  readonly urgency: 'now' | 'today' | 'when it suits' | 'none';
  /** Prompts ended well after it was last seen, and that shows it: never so of a model or a node that is missing. */
  readonly isOver: boolean;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly preconditions: readonly string[];
  readonly check: string;
}

/** Returns what a reading means: roots first, each followed by what comes of it, by stage, urgency and time. */
export function diagnose(reading: Reading): readonly Diagnosed[] {
  const { hits } = reading;
  const found = hits.map((hit) => {
    const chain = chainOf(hit, hits);
    return { hit, chain, root: chain.at(-1) ?? hit };
  });
  return found
    .toSorted(
      (a, b) =>
        rank(a.root) - rank(b.root) ||
        a.root.firstAt - b.root.firstAt ||
        a.chain.length - b.chain.length ||
        a.hit.firstAt - b.hit.firstAt,
    )
    .map(({ hit, chain }) => diagnosedOf(hit, chain, reading));
}

const order = { critical: 0, warning: 1, informational: 2 } as const;
const rank = ({ signature }: Hit): number =>
  order[signature.severity] * stages.length + stages.indexOf(signature.stage);

/**
 * What failed at the start stays so until the next start, however many prompts end well without it; a model or a node that one workflow
 * misses is not there because another workflow ends well without it.
 */
const notShownByPrompts: ReadonlySet<Stage> = new Set(['start', 'config', 'environment', 'model', 'graph']);

function diagnosedOf(hit: Hit, chain: readonly Hit[], { hits, lastFinishedAt }: Reading): Diagnosed {
  const { signature } = hit;
  const cause = chain[1];
  const isShownByPrompts = !notShownByPrompts.has(signature.stage) && signature.id !== malware;
  const isOver = isShownByPrompts && lastFinishedAt > hit.lastAt;
  return {
    finding: findingOf(hit, cause?.signature.id ?? null),
    cause: signature.cause,
    chain: chain.map((one) => one.signature.id),
    follows: cause === undefined ? null : { signature: cause.signature.id, culprit: cause.culprit },
    notSeen: causesOf(signature, hits),
    urgency: urgencyOf(signature, isOver),
    isOver,
    firstMs: hit.firstMs,
    lastMs: hit.lastMs,
    preconditions: signature.repair.preconditions,
    check: signature.repair.check,
  };
}

/** Returns the finding of a hit. */
export function findingOf(hit: Hit, because: string | null): Finding {
  const { signature, culprit, times, evidence } = hit;
  const { how, sentence, playbook = null } = signature.repair;
  return {
    signature: signature.id,
    name: signature.name,
    severity: signature.severity,
    owner: signature.owner,
    sentence: fill(sentenceOf(hit), hit),
    culprit,
    times,
    evidence: [...evidence],
    because,
    repair: {
      how,
      sentence: fill(sentence, { ...hit, pack: null }),
      command: playbook === null ? null : answerCommand(playbook),
    },
  };
}

/** What the error says of a file that it names on another line. */
const sentenceOf = ({ signature, culprit }: Hit): string =>
  culprit !== null && signature.culprit !== undefined && 'said' in signature.culprit
    ? signature.sentence.replace(/\.$/, ': {culprit}.')
    : signature.sentence;

function fill(sentence: string, { groups, culprit, pack }: Hit): string {
  const name = culprit?.slice(culprit.indexOf(':') + 1) ?? 'something';
  const filled = sentence.replace(/\{(\d|culprit)\}/g, (_, what: string) =>
    what === 'culprit' ? name : (groups[Number(what)] ?? '?').slice(0, 200),
  );
  return pack === null || filled.includes(pack) ? filled : `${filled.replace(/\.$/, '')} (node pack ${pack}).`;
}

/** The nearest cause that was found: an earlier one, of the same pack or model where both name one. */
function causeOf(hit: Hit, hits: readonly Hit[]): Hit | undefined {
  return hits
    .filter(
      (one) => one.signature.explains.includes(hit.signature.id) && one.firstAt <= hit.firstAt && isSamePlace(one, hit),
    )
    .toSorted((a, b) => b.firstAt - a.firstAt)[0];
}

const placeOf = ({ pack, culprit }: Hit): string | null =>
  pack ?? (culprit?.startsWith('pack:') ? culprit.slice(5) : null);

const modelOf = ({ culprit }: Hit): string | null =>
  culprit?.startsWith('model:') === true ? (culprit.slice(6).split(/[\\/]/).at(-1) ?? null) : null;

function isSamePlace(cause: Hit, hit: Hit): boolean {
  return [placeOf, modelOf].every((of) => {
    const [one, other] = [of(cause), of(hit)];
    return one === null || other === null || one === other;
  });
}

function chainOf(hit: Hit, hits: readonly Hit[]): readonly Hit[] {
  const chain = [hit];
  for (;;) {
    const cause = causeOf(chain.at(-1) ?? hit, hits);
    if (cause === undefined || chain.includes(cause)) return chain;
    chain.push(cause);
  }
}

const causesOf = ({ id }: Signature, hits: readonly Hit[]): readonly string[] => {
  const seen = new Set(hits.map((one) => one.signature.id));
  return catalogue.filter((one) => one.explains.includes(id) && !seen.has(one.id)).map((one) => one.id);
};

function urgencyOf({ severity, stage }: Signature, isOver: boolean): Diagnosed['urgency'] {
  if (severity === 'informational') return 'none';
  if (severity === 'warning') return isOver ? 'when it suits' : 'today';
  return isOver && stage !== 'death' ? 'today' : 'now';
}
