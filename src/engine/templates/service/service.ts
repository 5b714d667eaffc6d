import { skipInRepository } from '../../../domain/changes/snapshot-rules.ts';
import { noComponents } from '../../../domain/templates/no-environment.ts';
import { stopInstancesOf } from '../../instances/ensure.ts';
import type { Template } from '../template.ts';
import { requireProgram } from './commands.ts';
import { createServiceInstance } from './compose.ts';
import { readService } from './declared.ts';
import { noWork } from './no-work.ts';
import { createProduction, isUnaffected } from './production.ts';
import { proveService, proveServiceAhead } from './prove.ts';
import { serviceQuestions } from './questions.ts';
import { lastWords, programAnswers, startProgram, stopProgram, tellableLog } from './start.ts';

/** Any program that answers on a port, in a repository of the person's own: files are looked after, its environment is not. */
export const service: Template = {
  id: 'service',
  questions: serviceQuestions,
  work: noWork,
  mergesByMeaning: false,
  skipInSlot: skipInRepository,
  productionOf: async (engine, tree) => (await readService(engine, tree)).config.service,
  stateOf: async () => ({ environment: null, environmentDigest: null, components: noComponents }),
  prove: proveService,
  proveAhead: proveServiceAhead,
  endProofs: async (engine, run) => void (await stopInstancesOf(engine, run)),
  createProduction,
  show: (engine, asked) => createServiceInstance(engine, { ...asked, purpose: 'proof', run: null }),
  isUnaffected,
  start: startProgram,
  stop: stopProgram,
  answers: programAnswers,
  isUnmarked: () => false,
  mayLive: async () => false,
  endReason: async (engine, composed, nLines) => lastWords(await tellableLog(engine, requireProgram(composed), nLines)),
  restoreNotes: async () => ['the files come back exactly; interpreter, packages and data are not looked after'],
  async proofCost(engine, { proposed }) {
    const { program } = await readService(engine, proposed);
    const warnings = program.setup.length === 0 ? [] : ['the set-up command may download; how much is not known'];
    return { downloadBytes: 0, moves: [], warnings };
  },
  findReplaced: async () => undefined,
  findOutside: async (engine) => ({ found: [], sinceMs: engine.ledger.latest('installation')?.atMs ?? 0 }),
};
