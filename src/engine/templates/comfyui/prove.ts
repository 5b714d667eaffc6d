import { Fault } from '../../../base/fault.ts';
import {
  blameBroken,
  compareBoots,
  judgeBoot,
  judgeChecks,
  judgeSmoke,
  notProven,
} from '../../../domain/changes/judge.ts';
import { hintsOf } from '../../../domain/changes/workflow-fault.ts';
import { removedComponents } from '../../../domain/instances/components.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import { proofPort } from '../../changes/proof-port.ts';
import type { Engine } from '../../engine.ts';
import { readDeclaration } from '../../instances/compose.ts';
import { baselineOf } from '../../proofs/find-evidence.ts';
import { countOtherWorkflows } from '../../proofs/other-workflows.ts';
import { createProofs } from '../../proofs/proofs.ts';
import { proveAll } from '../../proofs/prove-all.ts';
import { planOf } from '../../tasks/task-view.ts';
import type { ExactProof, ProofAsked } from '../template.ts';

/** Imports, checks, boot and workflows of the exact tree, compared with what the branch has on record. */
export async function proveComfy(engine: Engine, options: ProofAsked): Promise<ExactProof> {
  const { change, run, base, exact, signal } = options;
  const isRestore = planOf(engine, run).goal.kind === 'restore';
  const port = await proofPort(engine, run);
  // A way back must not need the network: kept wheels have to do.
  const index = isRestore ? {} : { index: engine.config.python.index };
  const replaces = agreedReplacement(engine, run);
  const proofs = createProofs(engine, { run, effectKey: `gate:${change}`, port, signal, replaces, ...index });
  const { imports, checks, boot, smoke } = await proveAll(proofs, exact);
  const baseline = await baselineOf(engine, base);
  // A way back leads to a state that was live: it has to run, not to be better than what it replaces.
  const declaration = await readDeclaration(engine, exact);
  const before = await readDeclaration(engine, await engine.store.treeOf(base));
  const removed = removedComponents(before.components, declaration.components);
  const findings = isRestore
    ? []
    : [
        ...blameBroken(compareBoots(baseline.boot, boot).newlyFailing, planOf(engine, run)),
        ...judgeChecks(baseline.checks, checks, planOf(engine, run).brokenPromises ?? []),
        ...judgeBoot(baseline.boot, boot, removed),
        ...judgeSmoke(baseline.smoke, smoke, engine.config.policy.maxSlowdown),
      ];
  if (findings.length > 0) {
    throw new Fault('SMOKE_FAILED', findings.map((one) => one.sentence).join(' '), {
      hints: hintsOf(findings.map(({ fault }) => fault)),
      state: 'The branch and production are as they were.',
    });
  }
  const reused = [...(boot.reused ? ['boot'] : []), ...(smoke.reused ? ['smoke'] : [])];
  return {
    environment: imports.environment,
    components: imports.components,
    evidenceKey: imports.key,
    evidenceKeys: { checks: checks.key, boot: boot.key, smoke: smoke.key },
    reused,
    notProven: notProven({
      checks,
      boot,
      smoke,
      nWorkflows: declaration.workflows.length,
      nOthers: await countOtherWorkflows(engine),
    }),
  };
}

/** The drifted environment of the plan, once somebody said yes to that very plan. */
function agreedReplacement(engine: Engine, run: string): string | null {
  const { goal, hash } = planOf(engine, run);
  const answered = dataOf('plan.answered', engine.ledger.latest(`plan-answer:${run}`));
  const isAgreed = answered?.verdict === 'approved' && answered.hash === hash;
  return goal.kind === 'restore' && isAgreed ? (goal.replaces ?? null) : null;
}
