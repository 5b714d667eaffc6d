import { maskSecrets } from '../../domain/alerts/mask-secrets.ts';
import { signatureAlertKey } from '../../domain/diagnosis/alert-key.ts';
import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import type { Diagnosed } from '../../domain/diagnosis/diagnose.ts';
import type { Finding } from '../../domain/diagnosis/finding.ts';
import { type Impact, impacts, impactText, type Installed } from '../../domain/diagnosis/impact.ts';
import { answerCommand } from '../../domain/diagnosis/repair-playbooks.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import { raiseAlert } from '../alerts/raise.ts';
import type { Engine } from '../engine.ts';
import { installedNow } from './installed.ts';

export interface FindingNotes {
  /** Writes down what was seen more often than before, and raises or counts its alert. `end`: up to where the log was read. */
  note(found: readonly Diagnosed[], end: { readonly endByte: number; readonly endLine: number }): Promise<void>;
  /** Raises the alerts of rows whose process died before it did. */
  raiseUntold(): Promise<void>;
  /** The log begins anew: what is counted does, too. */
  forget(): void;
}

/** The same failure of the same instance is written down again after this long. */
const spanMs = 3_600_000;
const recurrenceMs = 24 * 3_600_000;
/** What is installed is looked at again after this long. */
const installedMs = 60_000;
/** Rows of one look at most, with room. */
const maxUntold = 100;

type Found = Pick<JournalKinds['diagnosis.found'], 'signature' | 'culprit' | 'severity' | 'sentence' | 'hits'>;

/** Creates what writes down the findings in the log of one instance. */
export function createFindingNotes(engine: Engine, instance: string): FindingNotes {
  const { ledger } = engine;
  const { sha256 } = engine.outside.digest;
  /** Errors that were there at the last look, and at the last row. */
  const seen = new Map<string, number>();
  const written = new Map<string, number>();
  const keyOf = (one: Pick<Finding, 'signature' | 'culprit'>): string => signatureAlertKey(one, sha256);

  /** Workflows and proofs are not read anew at each look at a log that is full of failures. */
  let asked: { readonly atMs: number; readonly installed: Promise<Installed> } | undefined;
  const installed = (): Promise<Installed> => {
    const nowMs = engine.outside.clock.monotonicMs();
    if (asked === undefined || nowMs - asked.atMs >= installedMs)
      asked = { atMs: nowMs, installed: installedNow(engine) };
    return asked.installed;
  };

  const raise = (one: Found, follows: Diagnosed['follows']): Promise<void> => {
    const seq = ledger.latest(keyOf(one))?.seq;
    const hits = one.hits === undefined ? null : impactText(one.hits);
    return raiseAlert(engine, {
      key: keyOf(one),
      severity: one.severity,
      sentence: [one.sentence, ...(hits === null ? [] : [hits])].join(' '),
      evidence: seq === undefined ? [] : [`#${seq}`],
      because: follows === null ? null : keyOf(follows),
      hints: [...answerTo(one.signature), 'orchestrate diagnose', `orchestrate diagnose show ${one.signature}`],
    });
  };

  return {
    async note(found, { endByte, endLine }) {
      const nowMs = engine.outside.clock.nowMs();
      const more = found
        .filter(
          ({ finding }) => finding.severity !== 'informational' && finding.times > (seen.get(keyOf(finding)) ?? 0),
        )
        .map((one) => ({ ...one, finding: withoutSecrets(one.finding) }));
      if (more.length === 0) return;
      const hit = hitBy(found, await installed());
      const rows: NewEntry[] = [];
      const told: [key: string, times: number][] = [];
      for (const { finding } of more) {
        const key = keyOf(finding);
        const before = ledger.latest(key);
        const agoMs = before === undefined ? Number.POSITIVE_INFINITY : nowMs - before.atMs;
        const isSame = dataOf('diagnosis.found', before)?.instance === instance;
        // A clock that was set back is no reason to say everything again; that it was over, or came with a new start, is one.
        if (before !== undefined && isSame && agoMs < spanMs && !wasOverSince(engine, key, before.seq)) continue;
        const { signature, name, severity, culprit, sentence, because, evidence } = finding;
        const times = finding.times - (written.get(key) ?? 0);
        const recurs = before !== undefined && agoMs < recurrenceMs ? before.seq : null;
        const said = {
          signature,
          name,
          severity,
          culprit,
          sentence,
          because,
          times,
          evidence,
          recurs,
          ...hitsOf(hit, finding),
        };
        rows.push(row('diagnosis.found', { instance, ...said, endByte, endLine }, { keys: [key, `log:${instance}`] }));
        told.push([key, finding.times]);
      }
      if (rows.length > 0) await ledger.append(rows);
      for (const [key, times] of told) written.set(key, times);
      // What could not be written or raised is tried again at the next look.
      for (const { finding, follows } of more) {
        await raise({ ...finding, ...hitsOf(hit, finding) }, follows);
        // Two that only differ in their secrets are one.
        seen.set(keyOf(finding), Math.max(finding.times, seen.get(keyOf(finding)) ?? 0));
      }
    },
    async raiseUntold() {
      const last = dataOf('diagnosis.found', ledger.latest(`log:${instance}`));
      for (const entry of ledger.read({ key: `log:${instance}`, descending: true, limit: maxUntold })) {
        const one = dataOf('diagnosis.found', entry);
        if (one === undefined || one.endByte !== last?.endByte) return;
        const told = ledger.latest(`alert-key:${keyOf(one)}`);
        // What it follows from is not on record with its culprit; the table of causes knows the most of it.
        if (told === undefined || (told.kind === 'alert.ended' && told.seq < entry.seq)) await raise(one, null);
      }
    },
    forget() {
      seen.clear();
      written.clear();
    },
  };
}

/** What to type for what a program may do about it. */
function answerTo(signature: string): readonly string[] {
  const playbook = findSignature(signature)?.repair.playbook ?? null;
  return playbook === null ? [] : [answerCommand(playbook)];
}

type Hit = ReadonlyMap<string, Impact>;

const hitKey = ({ signature, culprit }: Pick<Finding, 'signature' | 'culprit'>): string =>
  `${signature} ${culprit === null ? '' : maskSecrets(culprit)}`;

/** Who is hit by each finding: told by what is to blame before secrets are masked in it. */
function hitBy(found: readonly Diagnosed[], installed: Installed): Hit {
  const hit = impacts(found, (id) => findSignature(id)?.stage, installed);
  return new Map(found.flatMap(({ finding }, at) => (hit[at] === undefined ? [] : [[hitKey(finding), hit[at]]])));
}

function hitsOf(hit: Hit, finding: Finding): { hits?: Impact } {
  const hits = hit.get(hitKey(finding));
  return hits === undefined ? {} : { hits };
}

/** The row stays, and memory is written from it. */
const withoutSecrets = (finding: Finding): Finding => ({
  ...finding,
  culprit: finding.culprit === null ? null : maskSecrets(finding.culprit),
  sentence: maskSecrets(finding.sentence),
  evidence: finding.evidence.map((line) => ({ ...line, text: maskSecrets(line.text) })),
});

/** Whether its alert ended after the row: what comes then is told anew. */
function wasOverSince({ ledger }: Engine, key: string, seq: number): boolean {
  const entry = ledger.latest(`alert-key:${key}`);
  return entry?.kind === 'alert.ended' && entry.seq > seq;
}
