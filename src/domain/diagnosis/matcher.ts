import { catalogue } from './catalogue.ts';
import { type Cluster, createClusters } from './cluster.ts';
import { culpritOf } from './culprit.ts';
import type { EvidenceLine } from './finding.ts';
import { createLiteralFinder } from './literal-finder.ts';
import { plainLine } from './plain-line.ts';
import type { Signature } from './signature.ts';

/** A signature that was seen, once per culprit. */
export interface Hit {
  readonly signature: Signature;
  readonly culprit: string | null;
  /** Innermost node pack of the tracebacks around it. */
  readonly pack: string | null;
  /** What the pattern caught the first time. */
  readonly groups: readonly string[];
  /** Errors, not lines: what one error says several times counts once. */
  times: number;
  /** Where in the order of all lines it was first seen. */
  readonly firstAt: number;
  lastAt: number;
  firstMs: number | null;
  lastMs: number | null;
  readonly evidence: EvidenceLine[];
}

/** What a log came to. */
export interface Reading {
  readonly hits: readonly Hit[];
  readonly unknown: readonly Cluster[];
  readonly nLines: number;
  readonly nPrompts: number;
  readonly nFinished: number;
  readonly nFailed: number;
  /** Prompts that ended well after the last of a signature are a sign that it is over: where the last one ended, or -1. */
  readonly lastFinishedAt: number;
}

export interface LineRead {
  readonly line: number;
  readonly text: string;
}

export interface Matcher {
  add(source: string, lines: readonly LineRead[]): void;
  read(): Reading;
}

/** Characters of a line that patterns see: bounds what the worst line costs. */
const maxPatternChars = 2_000;
const maxEvidenceChars = 400;
const maxEvidence = 10;
const maxHits = 2_000;
/** An error goes on over this many lines after its last traceback line: ComfyUI says then what it was doing. */
const coolingLines = 4;

const marks = [
  'Traceback (most recent call last)',
  '!!! Exception',
  'got prompt',
  'Prompt executed in',
  'File path: ',
] as const;
const wrong = ['Error', 'ERROR', 'Exception', 'FAILED', 'Failed', 'failed', 'WARNING', 'Warning', 'rror:'] as const;
const frame = /^\s+File "([^"]+)", line \d+/;
/** How ComfyUI names a model file that it could not read (`load_torch_file` of its utils.py). */
const filePath = /^File path: (\S.{0,1023})$/;
/** What ComfyUI writes about an error after its traceback. */
const report = /^(?:Cannot import .+ module for custom nodes: |File path: |Got an OOM, )/;
/** How an error is named: outside of a traceback by a line that is an error of its own. */
const errorName = /^(?:[A-Za-z_][\w.]*(?:Error|Exception)(?:: |:?$)|Exception in thread )/;
/** What ComfyUI writes behind the folder of a pack is no part of its name. */
const packFolder = /custom_nodes[/\\]([^/\\"]+?)(?=[/\\"]| module for custom nodes|$)/;

/**
 * Reads lines of logs, old or growing, and gathers which signatures they show. Time is linear in the number of characters: one pass
 * finds the few lines that hold a literal of a signature, and only their patterns see the first 2,000 characters of those. Lines are
 * data. With `sinceMs` lines with an older time are passed over; a line without one counts as its predecessor does.
 */
export function createMatcher({
  signatures = catalogue,
  sinceMs = null,
}: { readonly signatures?: readonly Signature[]; readonly sinceMs?: number | null } = {}): Matcher {
  const find = finderOf(signatures);
  const owners = signatures.flatMap((one) => one.literals.map(() => one));
  const hits = new Map<string, Hit>();
  const clusters = createClusters();
  const count = { lines: 0, prompts: 0, finished: 0, failed: 0, lastFinishedAt: -1 };
  let error = freshError();
  let isOld = false;
  let lastLine = 0;

  const record = (
    source: string,
    read: LineRead,
    { text, atMs, numbers }: PlainRead,
    { frames, file }: Pick<OpenError, 'frames' | 'file'>,
  ) => {
    const line = text.slice(0, maxPatternChars);
    let isKnown = false;
    for (const signature of new Set(numbers.flatMap((number) => owners[number - marks.length - wrong.length] ?? []))) {
      const groups = signature.pattern?.exec(line);
      if (!groups || (signature.frame !== undefined && !frames.some((one) => signature.frame?.test(one)))) continue;
      isKnown = true;
      const pack = packOf(frames) ?? packFolder.exec(line)?.[1] ?? null;
      const culprit = culpritOf(signature, { groups, pack, file });
      const key = keyOf(signature, culprit);
      const known = hits.get(key);
      if (known === undefined && hits.size >= maxHits) continue;
      const hit: Hit = known ?? {
        signature,
        culprit,
        pack,
        groups: groups.map((group) => group ?? ''),
        times: 0,
        firstAt: count.lines,
        lastAt: count.lines,
        firstMs: atMs,
        lastMs: atMs,
        evidence: [],
      };
      hits.set(key, hit);
      if (!error.seen.has(key)) hit.times += 1;
      error.seen.add(key);
      hit.lastAt = count.lines;
      hit.lastMs = atMs ?? hit.lastMs;
      keepEvidence(hit.evidence, { source, line: read.line, text: text.slice(0, maxEvidenceChars) });
    }
    return isKnown;
  };

  const one = (source: string, read: LineRead): void => {
    count.lines += 1;
    // A reader of files leaves empty lines out: their numbers are missing.
    const isAfterGap = read.text.trim() === '' || (read.line !== lastLine && read.line !== lastLine + 1);
    lastLine = read.line;
    const { text, atMs } = plainLine(read.text);
    if (sinceMs !== null && atMs !== null) isOld = atMs < sinceMs;
    if (isOld) return;
    const numbers = find(text);
    if (error.state === 'frames' && /^\s/.test(text)) {
      const path = frame.exec(text)?.[1];
      if (path !== undefined && error.frames.length < 200) error.frames.push(path);
      if (numbers.length === 0) return;
    }
    const has = (mark: (typeof marks)[number]): boolean => numbers.includes(marks.indexOf(mark));
    const named = has('File path: ') && error.state !== 'none' ? filePath.exec(text)?.[1] : undefined;
    if (named !== undefined) nameFile(hits, error, named.trim());
    if (has('got prompt')) count.prompts += 1;
    if (has('Prompt executed in')) {
      count.finished += 1;
      if (!error.isPrompt) count.lastFinishedAt = count.lines;
      error = freshError();
    }
    if (has('!!! Exception')) {
      count.failed += 1;
      error = { ...freshError(), state: 'open', isPrompt: true };
    } else if (has('Traceback (most recent call last)')) {
      error = error.state === 'open' ? error : { ...freshError(), isPrompt: error.isPrompt };
      error.state = 'frames';
      return;
    }
    const wasFrames = error.state === 'frames' && text.trim() !== '' && !/^\s/.test(text);
    const isOwn = error.state === 'cooling' && errorName.test(text);
    if (isOwn) error = { ...freshError(), isPrompt: error.isPrompt };
    const isCooling = error.state === 'cooling';
    const isReport = isCooling && report.test(text);
    error.isSaid ||= isCooling && (isReport || isAfterGap);
    const about = isCooling && error.isSaid && !isReport ? freshError() : error;
    const isKnown = numbers.length > 0 && record(source, read, { text, atMs, numbers }, about);
    if (wasFrames || isOwn) {
      error.state = 'cooling';
      error.isSaid = false;
      error.left = coolingLines;
    } else if (error.state === 'cooling') {
      // What was raised while the first was handled belongs to it.
      if (/^(?:During handling of the above|The above exception was)/.test(text)) error.state = 'open';
      else if (--error.left < 0) error = { ...freshError(), isPrompt: error.isPrompt };
    } else if (error.state === 'none') error.seen.clear();
    const isWrong = numbers.some((number) => number >= marks.length && number < marks.length + wrong.length);
    if (isWrong && !isKnown && (wasFrames || isOwn || error.state === 'none'))
      clusters.add({ source, line: read.line, text: text.slice(0, maxEvidenceChars) });
  };

  return {
    add(source, lines) {
      for (const line of lines) one(source, line);
    },
    read: () => ({
      hits: [...hits.values()],
      unknown: clusters.all(),
      nLines: count.lines,
      nPrompts: count.prompts,
      nFinished: count.finished,
      nFailed: count.failed,
      lastFinishedAt: count.lastFinishedAt,
    }),
  };
}

const keyOf = ({ id }: Signature, culprit: string | null): string => `${id} ${culprit ?? ''}`;

/** The line that names the file comes after the one that says what is wrong with it: what this error counted for no file counts for this one. */
function nameFile(hits: Map<string, Hit>, error: OpenError, file: string): void {
  error.file = file;
  const culprit = `model:${file}`;
  for (const key of [...error.seen]) {
    const hit = hits.get(key);
    const about = hit?.signature.culprit;
    if (hit === undefined || hit.culprit !== null || about === undefined || !('said' in about)) continue;
    const to = keyOf(hit.signature, culprit);
    const known = hits.get(to);
    error.seen.delete(key);
    error.seen.add(to);
    hit.times -= 1;
    const line = hit.times === 0 ? hit.evidence : hit.evidence.splice(-1);
    if (hit.times === 0) hits.delete(key);
    if (known === undefined) hits.set(to, { ...hit, culprit, times: 1, firstAt: hit.lastAt, evidence: line });
    else {
      known.times += 1;
      known.lastAt = hit.lastAt;
      known.lastMs = hit.lastMs ?? known.lastMs;
      for (const one of line) keepEvidence(known.evidence, one);
    }
  }
}

/** Working out the steps takes longer than a short log. */
const finders = new WeakMap<readonly Signature[], ReturnType<typeof createLiteralFinder>>();

function finderOf(signatures: readonly Signature[]): ReturnType<typeof createLiteralFinder> {
  const known = finders.get(signatures);
  if (known !== undefined) return known;
  const finder = createLiteralFinder([...marks, ...wrong, ...signatures.flatMap((one) => one.literals)]);
  finders.set(signatures, finder);
  return finder;
}

interface PlainRead {
  readonly text: string;
  readonly atMs: number | null;
  /** Literals that are in it. */
  readonly numbers: readonly number[];
}

interface OpenError {
  /** `open`: announced, its traceback follows. `cooling`: its last line was read. */
  state: 'none' | 'open' | 'frames' | 'cooling';
  readonly frames: string[];
  readonly seen: Set<string>;
  isPrompt: boolean;
  left: number;
  /** Its message has ended: what comes now is about it only where ComfyUI says so. */
  isSaid: boolean;
  /** Model file that it names. */
  file: string | null;
}

const freshError = (): OpenError => ({
  state: 'none',
  frames: [],
  seen: new Set(),
  isPrompt: false,
  left: 0,
  isSaid: false,
  file: null,
});

function packOf(frames: readonly string[]): string | undefined {
  for (let index = frames.length - 1; index >= 0; index -= 1) {
    const pack = packFolder.exec(frames[index] ?? '')?.[1];
    if (pack !== undefined) return pack;
  }
  return undefined;
}

/** Keeps the first five and the last five. */
function keepEvidence(kept: EvidenceLine[], line: EvidenceLine): void {
  if (kept.length >= maxEvidence) kept.splice(maxEvidence / 2, 1);
  kept.push(line);
}
