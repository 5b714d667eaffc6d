import type { MemoryEntry, MemoryVersion } from './entry.ts';
import { domainOf } from './standard.ts';

/** Something about an entry that a person should know. */
export interface MemoryFinding {
  readonly key: string;
  readonly version: number;
  readonly what:
    | 'evidence-missing'
    | 'no-evidence'
    | 'refuted'
    | 'expired'
    | 'copy-behind'
    | 'claims-approval'
    | 'no-such-tree';
  readonly sentence: string;
  /** What to type next. */
  readonly hint: string;
}

export interface LintFacts {
  readonly trees: ReadonlySet<string>;
  /** Number of the newest journal row. */
  readonly headRow: number;
  readonly nowMs: number;
  readonly newestOf: (key: string) => MemoryVersion | undefined;
}

/** Words that claim somebody's yes. Memory gives none: whoever reads them should look where answers are. */
const approvals = /\b(?:approved|authori[sz]ed|signed[ -]off|may (?:be )?merged?|permission granted)\b/i;

/** What says what belongs into a folder claims nothing, whatever kind its folder gives it: `memory init` writes them. */
const explainsFolder = (key: string): boolean => key.endsWith('/readme.md');

/** Returns what is doubtful about an entry. What it says stays its author's claim either way. */
export function lintEntry(entry: MemoryEntry, facts: LintFacts): readonly MemoryFinding[] {
  const { key, version, evidence, kind, refutedBy, expiresAtMs, copyOf } = entry;
  const found: MemoryFinding[] = [];
  const add = (what: MemoryFinding['what'], sentence: string, hint: string): void =>
    void found.push({ key, version, what, sentence, hint });
  const show = `orchestrate memory get ${key}`;
  const missing = evidence.filter(
    (one) => /^#\d+$/.test(one) && (Number(one.slice(1)) > facts.headRow || one === '#0'),
  );
  if (missing.length > 0)
    add('evidence-missing', `rests on ${missing.join(', ')}, and the journal has no such row`, show);
  const isClaim = (kind === 'decision' || kind === 'pattern') && !explainsFolder(key);
  if (evidence.length === 0 && copyOf === null && isClaim)
    add('no-evidence', `a ${kind} that names nothing it rests on`, `orchestrate memory put ${key} --evidence '#<row>'`);
  if (refutedBy !== null)
    add(
      'refuted',
      `refuted by ${refutedBy.key}@${refutedBy.version}, and nothing better was written since`,
      `orchestrate memory get ${refutedBy.key}`,
    );
  if (expiresAtMs !== null && expiresAtMs <= facts.nowMs)
    add('expired', 'past its time: no task is given it any more', 'orchestrate memory prune');
  const source = copyOf === null || copyOf.key === key ? undefined : facts.newestOf(copyOf.key);
  if (copyOf !== null && source !== undefined && source.version > copyOf.version)
    add(
      'copy-behind',
      `a copy of ${copyOf.key}@${copyOf.version}, which is at ${source.version} by now`,
      `orchestrate memory history ${copyOf.key}`,
    );
  if (approvals.test(entry.text) && entry.origin !== 'hand' && !key.startsWith('sessions/decision_logs/'))
    add(
      'claims-approval',
      `${entry.by.name} writes of an approval; nothing in memory approves anything`,
      'orchestrate review list',
    );
  const domain = domainOf(key);
  if (domain !== null && !facts.trees.has(domain))
    add('no-such-tree', `there is no tree ${domain}`, 'orchestrate trees list');
  return found;
}
