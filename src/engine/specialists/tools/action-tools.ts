import type { Action } from '../../../actions/_context.ts';
import { actions } from '../../../actions/index.gen.ts';
import type { SpecialistTool, ToolOutcome } from '../tool.ts';
import type { ToolScene } from './scene.ts';
import { effectTool } from './tool-of.ts';

/** An agent that thinks asks nobody else to think for it by this door: its turns and money would be counted twice. */
const excluded: readonly string[] = ['agent.work', 'bus.ask', 'bus.answer'];

/** Returns the actions that the agent's file names, as tools: the same schema, context and row as in a step. What only plans is none. */
export const actionTools = (scene: ToolScene): readonly SpecialistTool[] =>
  scene.agent.tools.flatMap((id) => {
    const action = actions.find((one) => one.id === id);
    if (action === undefined || action.effect === 'plan' || excluded.includes(id)) return [];
    return [actionTool(scene, action as Action)];
  });

/** `env_lock` for `env.lock`. */
const toolNameOf = (action: string): string => action.replaceAll('.', '_');

function actionTool(scene: ToolScene, action: Action): SpecialistTool {
  const { context } = scene;
  return effectTool<unknown>(scene, {
    name: toolNameOf(action.id),
    description: `${action.summary}.`,
    effect: 'run',
    input: action.input,
    plan: async () => ({ sentence: `do ${action.id}`, intent: {} }),
    async act(input, _intent, { signal }): Promise<ToolOutcome> {
      const output = action.output.parse(await action.run({ ...context, signal }, input));
      await action.verify?.({ ...context, signal }, output);
      const sentence = action.describe(output, {
        slot: context.slot,
        productionPort: scene.engine.config.service.port,
      });
      return { isError: false, text: `${sentence}\n${JSON.stringify(output)}` };
    },
  });
}
