import type { ServiceDiagnosis, ServiceFinding, ServiceSeen } from '../../actions/_service-care.ts';
import { plainLine } from '../../domain/alerts/plain-alert.ts';
import { type Diagnosed, diagnose } from '../../domain/diagnosis/diagnose.ts';
import { createMatcher, type Matcher } from '../../domain/diagnosis/matcher.ts';
import type { TestedCause } from '../../domain/diagnosis/tested.ts';
import { mayRestart } from '../../domain/services/may-restart.ts';
import { testCauses } from '../diagnosis/test-causes.ts';
import type { Engine } from '../engine.ts';
import { readServiceLog } from '../instances/read-service-log.ts';
import { logPathOf } from '../instances/start.ts';

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
  const tests = await testCauses(engine, found.slice(0, maxFindings));
  return {
    seen,
    source,
    nLines: reading.nLines,
    findings: found.slice(0, maxFindings).map((one) => findingOf(one, tests)),
    restart: mayRestart(found, seen),
  };
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
  const path = logPathOf(engine, instance);
  const { sizeBytes = 0 } = (await engine.outside.files.info(path)) ?? {};
  for await (const { lines } of engine.outside.logFiles.read(path, { fromByte: Math.max(0, sizeBytes - maxLogBytes) }))
    matcher.add(name, lines);
  return source;
}

function findingOf({ finding, isOver }: Diagnosed, tests: readonly TestedCause[]): ServiceFinding {
  const { signature, name, severity, sentence, culprit, times, because, repair, evidence } = finding;
  const last = evidence.at(-1);
  return {
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
