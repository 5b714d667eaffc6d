import type { ServiceDiagnosis, ServiceFinding, ServiceSeen } from '../../actions/_service-care.ts';
import { plainLine } from '../../domain/alerts/plain-alert.ts';
import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import { type Diagnosed, diagnose } from '../../domain/diagnosis/diagnose.ts';
import { malware } from '../../domain/diagnosis/malware.ts';
import { createMatcher, type Matcher } from '../../domain/diagnosis/matcher.ts';
import type { TestedCause } from '../../domain/diagnosis/tested.ts';
import { mayRestart } from '../../domain/services/may-restart.ts';
import { testCauses } from '../diagnosis/test-causes.ts';
import type { Engine } from '../engine.ts';
import { endOf, logPieces } from '../instances/log-pieces.ts';
import { readServiceLog } from '../instances/read-service-log.ts';
import { logPathOf } from '../instances/start.ts';
import { forbiddenBy, malwareToldOf } from './forbidden.ts';

/** Of a longer log the end. */
const maxLogBytes = 4 * 1024 * 1024;
const maxFindings = 20;
const maxText = 300;

/** Reads the newest log of production, tests what can be tested, and says whether a restart would help. Changes nothing; a repeat is safe. */
export async function diagnoseService(engine: Engine, seen: ServiceSeen): Promise<ServiceDiagnosis> {
  const matcher = createMatcher();
  const source = await readInto(engine, matcher);
  const reading = matcher.read();
  const found = diagnose(reading);
  const forbidden = await forbiddenBy(engine, seen.instance);
  const tests = await testCauses(engine, found.slice(0, maxFindings));
  return {
    seen,
    source,
    nLines: reading.nLines,
    findings: [...toldBefore(engine, seen, found), ...found.slice(0, maxFindings).map((one) => findingOf(one, tests))],
    restart: forbidden === null ? mayRestart(found, seen) : { how: 'never', reason: plainLine(forbidden, maxText) },
  };
}

/** Malware that stands in a part of the log that is not there any more. */
function toldBefore(engine: Engine, { instance }: ServiceSeen, found: readonly Diagnosed[]): readonly ServiceFinding[] {
  const told = malwareToldOf(engine, instance);
  if (told === undefined || found.some(({ finding }) => finding.signature === malware)) return [];
  const { signature, name, severity, times, evidence } = told;
  return [
    {
      ...{ signature, name, severity, times, because: null, isOver: false, how: 'never', culprit: null, tested: [] },
      sentence: plainLine(told.sentence, maxText),
      mend: plainLine(findSignature(malware)?.repair.sentence ?? '', maxText),
      line: evidence.at(-1)?.line ?? null,
      text: plainLine(evidence.at(-1)?.text ?? '', maxText),
    },
  ];
}

/** As `diagnose` reads it: a file of any content, or what the server tells of itself. */
async function readInto(engine: Engine, matcher: Matcher): Promise<ServiceDiagnosis['source']> {
  const { instance, source, text } = await readServiceLog(engine, { instance: null, maxBytes: maxLogBytes });
  const name = instance ?? source;
  if (source !== 'file' || instance === null) {
    const lines = text === '' ? [] : text.split('\n');
    matcher.add(
      name,
      lines.map((line, index) => ({ line: index + 1, text: line })),
    );
    return source;
  }
  const pieces = await logPieces(engine.outside.files, logPathOf(engine, instance));
  const fromByte = Math.max(0, endOf(pieces) - maxLogBytes);
  for (const piece of pieces) {
    const begin = Math.max(0, fromByte - piece.fromByte);
    if (begin >= piece.sizeBytes) continue;
    for await (const { lines } of engine.outside.logFiles.read(piece.path, { fromByte: begin }))
      matcher.add(name, lines);
  }
  return source;
}

function findingOf({ finding, isOver }: Diagnosed, tests: readonly TestedCause[]): ServiceFinding {
  const { signature, name, severity, sentence, culprit, times, because, repair, evidence } = finding;
  const last = evidence.at(-1);
  return {
    // Malware is not gone because prompts end after it.
    ...{ signature, name, severity, times, because, isOver, how: repair.how },
    sentence: plainLine(sentence, maxText),
    culprit: culprit === null ? null : plainLine(culprit, maxText),
    mend: plainLine(repair.sentence, maxText),
    line: last?.line ?? null,
    text: plainLine(last?.text ?? '', maxText),
    tested: tests
      .filter((one) => one.signature === signature)
      .map((one) => plainLine(`${one.test}: ${one.outcome}. ${one.sentence}`, maxText)),
  };
}
