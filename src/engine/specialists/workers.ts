import { askModel } from '../spending/ask-model.ts';
import { workByModel } from './by-model/work-by-model.ts';
import { workByProgram } from './by-program/work-by-program.ts';
import type { Workers } from './order.ts';

/** Who carries out the work of an agent, by its runner: one line each. */
export const workers: Workers = {
  model: (engine, order) => workByModel(engine, order, askModel),
  'claude-code': workByProgram,
  codex: workByProgram,
  opencode: workByProgram,
  acp: workByProgram,
};
