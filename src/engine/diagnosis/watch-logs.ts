import { Fault } from '../../base/fault.ts';
import { type Diagnosed, diagnose } from '../../domain/diagnosis/diagnose.ts';
import { createMatcher, type Matcher } from '../../domain/diagnosis/matcher.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import { bookOf } from '../alerts/book.ts';
import type { Engine } from '../engine.ts';
import { cuttingPath, endOf, type LogPiece, logPieces } from '../instances/log-pieces.ts';
import { findProduction } from '../instances/production.ts';
import { logPathOf } from '../instances/start.ts';
import { createAlertEnds, type AlertEnds } from './end-alerts.ts';
import { createFindingNotes, type FindingNotes } from './note-findings.ts';

export interface LogWatch {
  /** Reads on in the live log, writes down what is found, and ends the alerts of what is over. */
  look(): Promise<void>;
  /** A row of how far the log was read, unless one says so already: whoever reads on after this process begins there. */
  reached(): readonly NewEntry[];
}

/** A look reads at most this much, so that a service that writes like mad keeps nobody waiting. */
const maxLookBytes = 4 * 1024 * 1024;

/** The log of one instance, and what was made of it so far. */
interface Place {
  readonly instance: string;
  readonly notes: FindingNotes;
  /** Kept over looks: an error may be written in two pieces. */
  matcher: Matcher;
  found: readonly Diagnosed[];
  endByte: number;
  endLine: number;
  /** Up to where all that was found is on record, with its alerts. */
  noted: { readonly endByte: number; readonly endLine: number } | undefined;
}

/**
 * Reads production's log as it grows and writes `diagnosis.found` once an hour for each instance, signature and culprit, with an alert for
 * each; ends that by what shows that it is over. A live file that somebody else cut is read from its beginning. After a restart it goes on behind the
 * last row about that log: after a kill, what was seen again and not written is seen then once more.
 */
export function createLogWatch(engine: Engine): LogWatch {
  let place: Place | undefined;
  let wasOpen: ReadonlySet<string> = new Set();
  const ends: AlertEnds = createAlertEnds(engine);
  const reached = (): readonly NewEntry[] => {
    if (place?.noted === undefined) return [];
    const { instance, noted } = place;
    if (noted.endByte === (lastRead(engine, instance)?.endByte ?? 0)) return [];
    return [row('diagnosis.read', { instance, ...noted }, { keys: [`log:${instance}`] })];
  };
  return {
    reached,
    async look() {
      const instance = findProduction(engine);
      if (instance === undefined) return;
      if (place?.instance !== instance) {
        place = placeOf(engine, instance);
        await place.notes.raiseUntold();
      }
      const isWhole = await readOn(engine, place);
      const { endByte, endLine } = place;
      await place.notes.note(place.found, { endByte, endLine });
      place.noted = { endByte, endLine };
      await ends.look({ instance, isWhole, reading: place.matcher.read() });
      const open = new Set([...bookOf(engine).open.keys()].filter((key) => key.startsWith('signature:')));
      const isOver = [...wasOpen].some((key) => !open.has(key));
      // What was counted for an alert that is over has no row: the next reader of the log would tell it as new.
      const rows = isOver ? reached() : [];
      if (rows.length > 0) await engine.ledger.append(rows);
      wasOpen = open;
    },
  };
}

function placeOf(engine: Engine, instance: string): Place {
  const last = lastRead(engine, instance);
  return {
    ...{ instance, notes: createFindingNotes(engine, instance), matcher: createMatcher(), found: [] },
    ...{ endByte: last?.endByte ?? 0, endLine: last?.endLine ?? 0, noted: undefined },
  };
}

/** The newest row about the log of an instance: it says up to where that was read. */
function lastRead({ ledger }: Engine, instance: string): { endByte: number; endLine: number } | undefined {
  const entry = ledger.latest(`log:${instance}`);
  return dataOf('diagnosis.read', entry) ?? dataOf('diagnosis.found', entry);
}

/** Returns whether all of the log is read that is there. */
async function readOn(engine: Engine, place: Place): Promise<boolean> {
  const { files } = engine.outside;
  const path = logPathOf(engine, place.instance);
  const pieces = await logPieces(files, path);
  const end = endOf(pieces);
  const began = place.endByte;
  if (end < began) {
    // Our own cut, not yet named: with its name what was read stands before the live file again.
    if ((await files.info(cuttingPath(path))) !== undefined) return false;
    // Somebody else cut the live file: what was put away before was read.
    place.notes.forget();
    const endByte = pieces.at(-1)?.fromByte ?? 0;
    Object.assign(place, { endByte, endLine: 0, matcher: createMatcher(), found: [] });
  }
  let left = maxLookBytes;
  for (const piece of pieces) {
    const pieceEnd = piece.fromByte + piece.sizeBytes;
    if (pieceEnd <= place.endByte) continue;
    // What was removed before it was read is passed over.
    place.endByte = Math.max(place.endByte, piece.fromByte);
    const from = place.endByte;
    await readPiece(engine, place, { piece, maxBytes: left });
    left -= place.endByte - from;
    if (place.endByte < pieceEnd || left <= 0) break;
  }
  if (place.endByte !== began) place.found = diagnose(place.matcher.read());
  return pieces.length > 0 && place.endByte >= end;
}

async function readPiece(
  engine: Engine,
  place: Place,
  { piece, maxBytes }: { piece: LogPiece; maxBytes: number },
): Promise<void> {
  const { logFiles } = engine.outside;
  const [fromLine, began] = [place.endLine, place.endByte];
  try {
    for await (const { lines, endByte, endLine } of logFiles.read(piece.path, {
      fromByte: began - piece.fromByte,
      maxBytes,
      isEnded: !piece.isLive,
    })) {
      const numbered = lines.map(({ line, text }) => ({ line: fromLine + line, text }));
      place.matcher.add(logPathOf(engine, place.instance), numbered);
      place.endByte = piece.fromByte + endByte;
      place.endLine = fromLine + endLine;
    }
  } catch (error) {
    // Gone or swapped between the two looks: the next one begins where this one ended.
    if (!(error instanceof Fault)) throw error;
  }
  // A line longer than a look has no end in it: what was seen of it is passed over.
  const isFull = piece.fromByte + piece.sizeBytes - began >= maxBytes;
  if (place.endByte === began && isFull) place.endByte += maxBytes;
}
