import { Fault } from '../../base/fault.ts';
import { signatureAlertKey } from '../../domain/diagnosis/alert-key.ts';
import { diagnose } from '../../domain/diagnosis/diagnose.ts';
import { createMatcher } from '../../domain/diagnosis/matcher.ts';
import type { EmergencyFacts } from '../../domain/emergencies/facts.ts';
import { lookAtHealth } from '../../engine/health/look.ts';
import type { App } from '../app.ts';
import { alertViews } from '../views/alert-view.ts';
import { type JournalReader, newest, rowOf } from '../views/journal-reader.ts';
import { servicesTellers } from '../views/tellers/services.ts';
import { diagnosisSources } from './_diagnosis-sources.ts';

type Findings = EmergencyFacts['findings'];

/** Findings of the journal that are looked at: the newest. */
const maxFindings = 200;

/** Looks at an installation that may be ill: what is on record, what production's log says since then, and how everything is now. Writes nothing. */
export async function emergencyFacts(
  app: App,
  { words, sinceMs }: { readonly words: string | null; readonly sinceMs: number },
): Promise<EmergencyFacts> {
  const installation = await app.installation();
  const { ledger } = installation;
  const nowMs = app.outside.clock.nowMs();
  return {
    words,
    alerts: alertViews(ledger, { nowMs, all: false }),
    findings: [...findingsOnRecord(ledger, sinceMs), ...(await findingsInLog(app, sinceMs))],
    hang: hangOf(ledger),
    parts: await lookAtHealth({ ...installation, outside: app.outside }, { isDeep: false }),
    switched: switchOf(ledger),
  };
}

/** What was found and whose alert is not over. */
function findingsOnRecord(ledger: JournalReader, sinceMs: number): Findings {
  return ledger
    .read({ kinds: ['diagnosis.found'], descending: true, limit: maxFindings })
    .filter(({ atMs, keys, seq }) => atMs >= sinceMs && endOf(ledger, keys[0] ?? '').seq < seq)
    .flatMap((entry) => {
      const found = rowOf('diagnosis.found', entry);
      if (found === undefined) return [];
      const { signature, severity, sentence, because } = found.data;
      return { signature, severity, sentence, because, row: found.seq, atMs: found.atMs };
    });
}

/** Where no supervisor runs nobody else has read it. */
async function findingsInLog(app: App, sinceMs: number): Promise<Findings> {
  const { ledger } = await app.installation();
  const matcher = createMatcher({ sinceMs });
  try {
    for (const source of await diagnosisSources(app, null)) {
      if (source.kind === 'server')
        matcher.add(
          'server',
          source.lines.map((text, index) => ({ line: index + 1, text })),
        );
      else
        for await (const { lines } of app.outside.logFiles.read(source.path, { signal: app.signal }))
          matcher.add(source.path, lines);
    }
  } catch (error) {
    // Without a log all else is still looked at.
    if (!(error instanceof Fault) || app.signal.aborted) throw error;
  }
  return diagnose(matcher.read())
    .filter(({ isOver, finding, lastMs }) => {
      const key = signatureAlertKey(finding, app.outside.digest.sha256);
      return !isOver && endOf(ledger, key).atMs <= (lastMs ?? 0);
    })
    .map(({ finding: { signature, severity, sentence, because }, firstMs }) => {
      return { signature, severity, sentence, because, row: null, atMs: firstMs };
    });
}

/** When the newest alert of the key was over; zeros: it is not, or there was none. */
function endOf(ledger: JournalReader, key: string): { readonly seq: number; readonly atMs: number } {
  return newest(ledger, 'alert.ended', `alert-key:${key}`) ?? { seq: 0, atMs: 0 };
}

function hangOf(ledger: JournalReader): EmergencyFacts['hang'] {
  const hung = newest(ledger, 'service.hung', 'service:hung');
  if (hung === undefined) return null;
  const { seq, atMs, data } = hung;
  return { cause: data.cause, sentence: servicesTellers['service.hung'](data), row: seq, atMs };
}

function switchOf(ledger: JournalReader): EmergencyFacts['switched'] {
  const [entry] = ledger.read({ kinds: ['service.switched'], descending: true, limit: 1 });
  const switched = rowOf('service.switched', entry);
  if (switched === undefined || switched.data.outcome !== 'switched') return null;
  return { change: switched.data.change, atMs: switched.atMs, row: switched.seq };
}
