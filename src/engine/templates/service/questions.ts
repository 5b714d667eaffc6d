import type { GitTreeId } from '../../../base/ids.ts';
import { gatedKey, isGoodRun } from '../../../domain/changes/evidence.ts';
import { commandText } from '../../../domain/templates/command-line.ts';
import { notApplicable, type Question, verdictOf } from '../../changes/asked.ts';
import { portsUntouched, restorePointExists } from '../../changes/shared-questions.ts';
import { findEvidence } from '../../proofs/find-evidence.ts';
import { startOf } from './prove.ts';

/** Ten seconds are what a machine that is busy otherwise can cost. */
const allowedMs = 10_000;

const checksPass: Question = {
  question: 'Did every check end with 0 on the exact tree?',
  async answer(engine, asked) {
    const found = findEvidence(engine, gatedKey(asked.gated, 'commands'), 'commands');
    if (!found) return { verdict: 'no', facts: ['No check of the exact tree is on record.'], rows: [asked.gateRow] };
    const checks = found.commands.filter(({ what }) => what === 'check');
    if (checks.length === 0) return notApplicable('program.checks of orchestrate.yaml names none.');
    const facts = checks.map(
      ({ argv, exitCode, durationMs }) =>
        `${commandText(argv)} ended with ${exitCode ?? 'a signal'} after ${(durationMs / 1000).toFixed(1)} s.`,
    );
    return { verdict: verdictOf(checks.every(isGoodRun)), facts, rows: [found.row] };
  },
};

const startTimeKept: Question = {
  question: 'Does the service start in no more than twice the time, or ten seconds more?',
  async answer(engine, asked) {
    const ready = findEvidence(engine, gatedKey(asked.gated, 'ready'), 'ready');
    if (!ready) return { verdict: 'no', facts: ['No start of the exact tree is on record.'], rows: [asked.gateRow] };
    const before = startOf(engine, asked.drafted.baseTree as GitTreeId);
    const holds = before === undefined || ready.startMs <= Math.max(2 * before.startMs, before.startMs + allowedMs);
    return {
      verdict: verdictOf(holds),
      facts: [
        `Ready after ${ready.startMs} ms${before === undefined ? '; no start of the branch is on record to compare with' : `, ${before.startMs} ms before`}.`,
      ],
      rows: [ready.row],
    };
  },
};

/** What rule reviewers can ask where the template is `service`. */
export const serviceQuestions: Readonly<Record<string, Question>> = {
  'checks-pass': checksPass,
  'start-time-kept': startTimeKept,
  'ports-untouched': portsUntouched,
  'restore-point-exists': restorePointExists,
};
