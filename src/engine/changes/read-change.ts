import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { diffLines } from '../../domain/changes/diff-lines.ts';
import { readAnswerOf, readAnswerSchema, standsAgainst } from '../../domain/changes/finding.ts';
import { dataBlock } from '../../domain/conversations/data-block.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { askUntilFits } from '../conversations/ask-until-fits.ts';
import { loadContext } from '../conversations/load-context.ts';
import type { Engine } from '../engine.ts';
import type { Reviewed } from '../policy/approvals.ts';
import { policyDigest } from '../policy/digest.ts';
import { askModel } from '../spending/ask-model.ts';
import { planOf } from '../tasks/task-view.ts';
import { answerRow } from './answer.ts';
import type { Asked } from './asked.ts';
import { authorsProviders } from './authors-providers.ts';

/** Most of a diff that a reader is given, in bytes: some 20,000 tokens. What is behind it is told to be left out. */
const maxDiffBytes = 60_000;
const maxOutputTokens = 6_000;

/**
 * Has an agent that thinks read a change as it would merge. Its answer is a claim beside the rules: it counts as nobody's approval.
 * Undefined where it gave none, which is on record with why. A repeat on the same base, tree and policy asks nobody again.
 */
export async function readByModel(
  engine: Engine,
  reader: string,
  { asked, signal }: { readonly asked: Asked; readonly signal: AbortSignal },
): Promise<Reviewed['verdict'] | undefined> {
  const { drafted, gated } = asked;
  const { change, run } = drafted;
  const known = dataOf('review.answered', engine.ledger.latest(`review:${change}:${reviewerOf(reader)}`));
  if (known?.base === gated.base && known.tree === gated.exact && known.policy === policyDigest(engine))
    return known.verdict;
  try {
    return await askReader(engine, requireReader(engine, reader), { asked, signal });
  } catch (error) {
    // No answer is no approval and no objection: people are told, and decide.
    if (!(error instanceof Fault) || signal.aborted) throw error;
    const data = { change, base: gated.base, tree: gated.exact, reviewer: reviewerOf(reader), fault: error.toRecord() };
    await engine.ledger.append([row('review.unanswered', data, { run, keys: [`unanswered:${change}`] })]);
    return undefined;
  }
}

/** A tree of that name has an answer of its own. */
const reviewerOf = (reader: string): string => `agent:${reader}`;

function requireReader({ definitions }: Engine, id: string): Agent {
  const agent = definitions.agents.get(id);
  if (agent === undefined) throw new Fault('AGENT_NOT_FOUND', `There is no agent ${id}, which policy.review names.`);
  if (agent.runner === 'model') return agent;
  throw new Fault('MODEL_NONE', `The agent ${id} is no reader: its runner is ${agent.runner}, not model.`, {
    hints: [`orchestrate agents show ${id}`],
  });
}

async function askReader(
  engine: Engine,
  reader: Agent,
  { asked, signal }: { asked: Asked; signal: AbortSignal },
): Promise<Reviewed['verdict']> {
  const { drafted, gated } = asked;
  const patch = await patchOf(engine, asked);
  const shown = diffLines(patch.text);
  // All that `readByModel` asks anew for: an answer on record is one to this very question.
  const about = [gated.exact.slice(0, 12), gated.base.slice(0, 12), policyDigest(engine)].join(':');
  const conversation = `review:${drafted.run}:${drafted.change}:${reader.id}:${about}`;
  const words = await wordsFor(engine, reader, { asked, patch });
  const found = await askUntilFits(
    engine,
    {
      ...{ conversation, run: drafted.run, agent: reader, taskType: 'review', maxOutputTokens, ...words },
      avoid: authorsProviders(engine, drafted.run),
      format: { name: 'review', schema: answerFormat },
      accept: (text) => readAnswerOf(text, shown),
    },
    { ask: askModel, signal },
  );
  if (found.kind === 'faults')
    throw new Fault('MODEL_FAILED', `The answer of ${reader.id} does not fit: ${found.faults[0] ?? ''}`, {
      data: { reason: 'invalid', faults: [...found.faults] },
    });
  const { value, said } = found;
  const verdict = standsAgainst(value) ? 'rejected' : 'approved';
  const by = { kind: 'model', name: reader.id } as const;
  const read = { provider: said.provider, model: said.model, conversation, isWhole: patch.isEnd };
  const answered = {
    drafted,
    gated,
    reviewer: reviewerOf(reader.id),
    by,
    verdict,
    questions: [],
    comment: value.summary,
  } as const;
  await engine.ledger.append([answerRow(engine, { ...answered, findings: value.findings, read })]);
  return verdict;
}

const answerFormat = (({ $schema: _schema, ...rest }) => rest)(z.toJSONSchema(readAnswerSchema)) as JsonObject;

async function patchOf(engine: Engine, { gated }: Asked): Promise<{ readonly text: string; readonly isEnd: boolean }> {
  const before = await engine.store.treeOf(asCommitId(gated.base));
  return engine.store.patchPart({
    ...{ before, after: asGitTreeId(gated.exact), paths: [] },
    ...{ fromByte: 0, maxBytes: maxDiffBytes },
  });
}

async function wordsFor(
  engine: Engine,
  reader: Agent,
  { asked, patch }: { asked: Asked; patch: { readonly text: string; readonly isEnd: boolean } },
): Promise<{ readonly system: string; readonly question: string }> {
  const { drafted, gated, gateRow } = asked;
  const { goalText, moves, notes } = planOf(engine, drafted.run);
  const context = await loadContext(engine, {
    ...{ agent: reader, tree: drafted.tree, branch: await engine.store.treeOf(asCommitId(gated.base)) },
    about: [
      drafted.title,
      ...drafted.paths.slice(0, 8).map(({ path }) => path),
      ...moves.map(({ name }) => name),
      'incident',
    ],
  });
  const { change, title, authors, paths } = drafted;
  const evidence = {
    gate: { row: gateRow, verdict: gated.verdict, notProven: gated.notProven, reused: gated.reused },
    rules: engine.ledger.read({ key: `review:${change}`, kinds: ['review.answered'] }).flatMap((entry) => {
      const one = dataOf('review.answered', entry);
      if (one?.tree !== gated.exact || one.by.kind !== 'rule') return [];
      return [
        {
          row: entry.seq,
          reviewer: one.reviewer,
          verdict: one.verdict,
          facts: one.questions.flatMap(({ facts }) => facts),
        },
      ];
    }),
  };
  return {
    system: context.system,
    question: [
      dataBlock(
        { what: `change ${change}`, from: 'the journal' },
        JSON.stringify({ title, goal: goalText, authors, paths, moves, notes }),
      ),
      dataBlock({ what: 'evidence', from: 'the journal' }, JSON.stringify(evidence)),
      ...(context.memory === '' ? [] : [context.memory]),
      dataBlock({ what: `diff of ${change}`, from: 'read from the store' }, patch.text),
      ...(patch.isEnd ? [] : ['The diff is longer: what follows was left out. Say what you could not see.']),
      'Read the change and answer in the form that was given.',
    ].join('\n\n'),
  };
}
