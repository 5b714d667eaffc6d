import { skipInSlot } from '../../../domain/changes/snapshot-rules.ts';
import { bootFailure } from '../../../domain/instances/boot-failure.ts';
import { questions } from '../../changes/questions.ts';
import { endCommanded, isCommanded, mayLive, namesFolder, startCommanded } from '../../instances/commanded.ts';
import { readDeclaration } from '../../instances/compose.ts';
import { baseUrl, instanceLog, startInstance, stopInstance } from '../../instances/start.ts';
import { returnGraphics } from '../../leases/graphics.ts';
import { findComfyOutside } from '../../outside/find-comfyui.ts';
import { findReplaced } from '../../restore/replaced.ts';
import type { Template } from '../template.ts';
import { environmentCost } from './environment-cost.ts';
import { createComfyProduction, isComfyUnaffected, userFolderNotes } from './production.ts';
import { promptWork } from './prompt-work.ts';
import { proveComfyAhead } from './prove-ahead.ts';
import { proveComfy } from './prove.ts';
import { showComfy } from './show.ts';
import { stateOf } from './state.ts';

/** ComfyUI with its node packs, in a Python environment of ours or a borrowed one. */
export const comfyui: Template = {
  id: 'comfyui',
  questions,
  work: promptWork,
  mergesByMeaning: true,
  skipInSlot,
  productionOf: async (engine, tree) => (await readDeclaration(engine, tree)).config.service,
  stateOf,
  prove: proveComfy,
  proveAhead: proveComfyAhead,
  endProofs: returnGraphics,
  createProduction: createComfyProduction,
  show: showComfy,
  isUnaffected: isComfyUnaffected,
  start: (engine, composed, signal) =>
    isCommanded(composed) ? startCommanded(engine, composed, signal) : startInstance(engine, composed.instance, signal),
  stop: (engine, composed, save) =>
    isCommanded(composed) ? endCommanded(engine, composed, save) : stopInstance(engine, composed.instance, save),
  async answers(engine, composed, timeoutMs) {
    const facts = await engine.outside.service.facts(baseUrl(composed.port), { timeoutMs });
    return facts !== undefined && (!isCommanded(composed) || namesFolder(facts, composed));
  },
  isUnmarked: isCommanded,
  mayLive,
  endReason: async (engine, { instance }, nLines) => bootFailure(await instanceLog(engine, instance, nLines)),
  restoreNotes: userFolderNotes,
  proofCost: environmentCost,
  findReplaced,
  findOutside: findComfyOutside,
};
