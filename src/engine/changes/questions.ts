import { findKeptWheel } from '../../actions/_kept-wheel.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { asCommitId } from '../../base/ids.ts';
import { gatedKey } from '../../domain/changes/evidence.ts';
import { compareBoots } from '../../domain/changes/judge.ts';
import { lockMeets } from '../../domain/environments/lock-meets.ts';
import { parseLock } from '../../domain/environments/lock.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment, unusable } from '../environments/named.ts';
import { readDeclaration } from '../instances/compose.ts';
import { baselineOf, findEvidence } from '../proofs/find-evidence.ts';
import { type Asked, notApplicable, type Question, touches, verdictOf } from './asked.ts';
import { portsUntouched, restorePointExists } from './shared-questions.ts';

const touchesEnvironment = (asked: Asked): boolean =>
  touches(asked, /^(requirements\.(in|lock)|components\.lock|extra_model_paths\.yaml|orchestrate\.yaml)$/).length > 0;

async function bootOf(engine: Engine, asked: Asked) {
  const boot = findEvidence(engine, gatedKey(asked.gated, 'boot'), 'boot');
  const baseline = (await baselineOf(engine, asCommitId(asked.gated.base))).boot;
  return { boot, baseline };
}

/** What rule reviewers can ask where the template is ComfyUI. A tree names the ids that it asks in `trees/<id>.yaml`. */
export const questions: Readonly<Record<string, Question>> = {
  'node-classes-kept': {
    question: 'Does the proven instance offer every node class that the branch offers now?',
    async answer(engine, asked) {
      if (!touchesEnvironment(asked)) return notApplicable('The change touches nothing that decides which nodes load.');
      const { boot, baseline } = await bootOf(engine, asked);
      if (!boot) return { verdict: 'no', facts: ['No boot of the exact tree is on record.'], rows: [asked.gateRow] };
      if (!baseline)
        return {
          verdict: 'yes',
          facts: [`${boot.nodeClasses.length} node classes; the branch has no recorded boot to compare with.`],
          rows: [boot.row],
        };
      const { lost, gained } = compareBoots(baseline, boot);
      const facts = [
        `${boot.nodeClasses.length} node classes, ${baseline.nodeClasses.length} before; ${lost.length} lost, ${gained.length} new.`,
      ];
      return {
        verdict: verdictOf(lost.length === 0),
        facts: lost.length > 0 ? [...facts, `Lost: ${lost.slice(0, 8).join(', ')}.`] : facts,
        rows: [boot.row],
      };
    },
  },
  'custom-nodes-import': {
    question: 'Does every node pack import that imported before?',
    async answer(engine, asked) {
      if (!touchesEnvironment(asked)) return notApplicable('The change touches nothing that node packs import.');
      const { boot, baseline } = await bootOf(engine, asked);
      if (!boot) return { verdict: 'no', facts: ['No boot of the exact tree is on record.'], rows: [asked.gateRow] };
      const { newlyFailing } = compareBoots(baseline, boot);
      const facts = [
        `${boot.failedImports.length} packs fail to import, ${baseline?.failedImports.length ?? 0} before.`,
      ];
      return {
        verdict: verdictOf(newlyFailing.length === 0),
        facts: newlyFailing.length > 0 ? [...facts, `New: ${newlyFailing.join(', ')}.`] : facts,
        rows: [boot.row],
      };
    },
  },
  'model-paths-untouched': {
    question: 'Are the model paths the same bytes as on the branch?',
    async answer(_engine, asked) {
      const touched = touches(asked, /^extra_model_paths\.yaml$/);
      return {
        verdict: verdictOf(touched.length === 0),
        facts: [
          touched.length === 0
            ? 'extra_model_paths.yaml is not among the changed paths.'
            : 'extra_model_paths.yaml is changed.',
        ],
        rows: [asked.gateRow],
      };
    },
  },
  'workflows-ran': {
    question: 'Did every workflow of the installation run on the exact tree and draw a picture?',
    async answer(engine, asked) {
      if (!touchesEnvironment(asked)) return notApplicable('The change touches nothing that workflows run on.');
      const smoke = findEvidence(engine, gatedKey(asked.gated, 'smoke'), 'smoke');
      if (!smoke)
        return { verdict: 'no', facts: ['No workflow run of the exact tree is on record.'], rows: [asked.gateRow] };
      const failed = smoke.workflows.filter((one) => one.failure !== null);
      const facts = smoke.workflows.map((one) => {
        const flat = one.pictures.some((picture) => picture.isFlat) ? ', flat' : ', not flat';
        return one.failure === null
          ? `${one.name}: ${one.pictures.length} picture(s)${one.pictures.length > 0 ? flat : ''}, ${one.durationMs} ms.`
          : `${one.name}: ${one.failure}`;
      });
      if (smoke.workflows.length === 0)
        return { verdict: 'not-applicable', facts: ['There is no workflow in workflows/.'], rows: [] };
      return { verdict: verdictOf(failed.length === 0), facts, rows: [smoke.row] };
    },
  },
  'restore-point-exists': restorePointExists,
  'undo-works-offline': {
    question: 'Could the state before this change be brought back without the network?',
    async answer(engine, asked) {
      const tree = await engine.store.treeOf(asCommitId(asked.gated.base));
      const declaration = await readDeclaration(engine, tree);
      const named = await findEnvironment(engine, declaration.lockText);
      const { id, dir, condition } = named;
      if (named.isBorrowed)
        return {
          verdict: verdictOf(condition.kind === 'intact'),
          facts: [
            condition.kind === 'intact'
              ? `The borrowed environment ${dir} is as it was recorded; it is not sealed.`
              : unusable(named).message,
          ],
          rows: [asked.gateRow],
        };
      if (condition.kind === 'intact')
        return {
          verdict: 'yes',
          facts: [`Environment ${id} is on disk, ${bytesText(condition.sizeBytes)}, every file as built.`],
          rows: [asked.gateRow],
        };
      const missing = await missingWheels(engine, declaration.lockText);
      const facts = [
        `Environment ${id} is ${condition.kind}.`,
        missing.length === 0
          ? 'Every wheel of its lock is kept.'
          : `Wheels not kept: ${missing.slice(0, 5).join(', ')}.`,
      ];
      return { verdict: verdictOf(missing.length === 0), facts, rows: [asked.gateRow] };
    },
  },
  'disk-space-left': {
    question: 'Is there room left for one more environment of this size?',
    async answer(engine, asked) {
      if (!touchesEnvironment(asked)) return notApplicable('The change makes no new environment.');
      if (engine.ledger.latest(`borrowed:${asked.gated.environment}`) !== undefined)
        return notApplicable('The environment lies where it was found: nothing is built.');
      const [free, size] = await Promise.all([
        engine.outside.files.freeBytes(engine.paths.home),
        engine.outside.files.sizeBytes(`${engine.paths.envs}/${asked.gated.environment}`),
      ]);
      return {
        verdict: verdictOf(free > size),
        facts: [`${bytesText(free)} free; the new environment takes ${bytesText(size)}.`],
        rows: [asked.gateRow],
      };
    },
  },
  'start-time-kept': {
    question: 'Does the service start in no more than twice the time, or ten seconds more?',
    async answer(engine, asked) {
      if (!touchesEnvironment(asked))
        return notApplicable('The change touches nothing that decides how the service starts.');
      const { boot, baseline } = await bootOf(engine, asked);
      if (!boot) return { verdict: 'no', facts: ['No boot of the exact tree is on record.'], rows: [asked.gateRow] };
      // Ten seconds are what a machine that is busy otherwise can cost.
      const holds = !baseline || boot.startMs <= Math.max(2 * baseline.startMs, baseline.startMs + 10_000);
      return {
        verdict: verdictOf(holds),
        facts: [`Starts in ${boot.startMs} ms${baseline ? `, ${baseline.startMs} ms before` : ''}.`],
        rows: [boot.row],
      };
    },
  },
  'ports-untouched': portsUntouched,
  'lock-matches-requirements': {
    question: 'Does the lock hold a version for every requirement, and one that meets it?',
    async answer(engine, asked) {
      const declaration = await readDeclaration(engine, asked.gated.exact as GitTreeId);
      const unmet = lockMeets(
        declaration.requirementsText,
        parseLock({ file: 'requirements.lock', text: declaration.lockText }),
      );
      return {
        verdict: verdictOf(unmet.length === 0),
        facts: unmet.length === 0 ? ['Every line of requirements.in is met by requirements.lock.'] : unmet,
        rows: [asked.gateRow],
      };
    },
  },
  'imports-pass': {
    question: 'Do the modules that the service needs import in the new environment?',
    async answer(engine, asked) {
      const imports = findEvidence(engine, gatedKey(asked.gated, 'imports'), 'imports');
      if (!imports)
        return { verdict: 'no', facts: ['No import check of the exact tree is on record.'], rows: [asked.gateRow] };
      return {
        verdict: 'yes',
        facts: imports.modules.map(({ module, version }) => `${module} ${version ?? 'imports'}.`),
        rows: [imports.row],
      };
    },
  },
};

/** Returns the packages of a lock for which no kept wheel lies ready. */
export async function missingWheels(
  engine: Pick<Engine, 'outside' | 'paths'>,
  lockText: string,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const one of parseLock({ file: 'requirements.lock', text: lockText })) {
    const kept = await findKeptWheel(engine.outside.files, engine.paths.wheels, one);
    if (kept === undefined) missing.push(`${one.name} ${one.version}`);
  }
  return missing;
}
