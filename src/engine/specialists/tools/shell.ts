import { z } from 'zod';

import { Fault } from '../../../base/fault.ts';
import { durationText } from '../../../domain/definitions/units.ts';
import { allowedCommand, type ShellVerdict } from '../../../domain/shell/allowed.ts';
import { shellGrants } from '../../../domain/shell/grants.ts';
import { commandText } from '../../../domain/templates/command-line.ts';
import type { WallExit } from '../../../ports/index.ts';
import { markOf } from '../../context.ts';
import { runOf } from '../../tasks/task-view.ts';
import type { SpecialistTool } from '../tool.ts';
import { failed, said } from './answers.ts';
import { keepOutput } from './keep-output.ts';
import type { ToolScene } from './scene.ts';
import { slotWall } from './slot-wall.ts';
import { effectTool } from './tool-of.ts';

const mostMinutes = 20;
/** What a program gets to end by itself. */
const graceMs = 2_000;

type Allowed = Extract<ShellVerdict, { kind: 'allowed' }>;

/**
 * Starts a program in the slot, behind the wall: a list of words that the table of programs and the agent's file allow. One that was begun
 * before a kill is not begun again: nobody knows how far it came, and that is said.
 */
export const shell = (scene: ToolScene): SpecialistTool => {
  const { engine, agent, context, run } = scene;
  const judge = (argv: readonly string[]): Allowed => {
    const verdict = allowedCommand(argv, shellGrants(agent.otherTools));
    if (verdict.kind === 'allowed') return verdict;
    throw new Fault('TOOL_REFUSED', verdict.why, { state: 'Nothing was started.', hints: [verdict.hint] });
  };
  return effectTool(scene, {
    name: 'shell',
    effect: 'run',
    description:
      'Start a program in your working folder, as a list of words: ["git", "log", "--oneline"]. No shell reads them: no pipes, no variables, no wildcards. There is no network.',
    input: z.object({
      argv: z.array(z.string()).min(1).max(256),
      minutes: z.number().min(0.1).max(mostMinutes).default(2).describe('It is stopped after that.'),
    }),
    async plan({ argv }) {
      return { sentence: `start ${commandText(judge(argv).argv).slice(0, 300)}`, intent: {} };
    },
    look: async () =>
      failed(
        'It was begun before we were stopped, and nobody knows how far it came. Look at the files before you ask again.',
      ),
    async act({ argv, minutes }, _intent, { signal }) {
      const wallMs = Math.round(minutes * 60_000);
      const spec = await slotWall(scene, { ...judge(argv), wallMs, mark: markOf(engine, context.attempt) });
      const unwalled = runOf(engine, run).options.unsandboxed === true ? { unwalled: true as const } : {};
      const program = await engine.outside.walls.open(spec, { signal, ...unwalled });
      try {
        program.endInput();
        const [out, err, exit] = await Promise.all([
          keepOutput(program.stdout),
          keepOutput(program.stderr),
          program.exited,
        ]);
        signal.throwIfAborted();
        const text = [out, ...(err === '' ? [] : [`[stderr]\n${err}`]), endText(exit, wallMs)].filter(
          (one) => one !== '',
        );
        return exit.exitCode === 0 ? said(text.join('\n')) : failed(text.join('\n'));
      } finally {
        await program.stop({ graceMs });
      }
    },
  });
};

function endText({ exitCode, signal, limit }: WallExit, wallMs: number): string {
  if (limit === 'time') return `[it was stopped after ${durationText(wallMs)}]`;
  if (limit !== null) return `[it was stopped: it wanted more ${limit} than it may have]`;
  return signal === null ? `[it ended with ${exitCode}]` : `[it was ended by ${signal}]`;
}
