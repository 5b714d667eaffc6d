import { z } from 'zod';

import { bisectSteps } from '../domain/restore/bisect.ts';
import { definePlanningAction } from './_context.ts';
import { noChange } from './_no-change.ts';

/**
 * Plans a bisect: both ends are named, nothing is tried. Faults: `BISECT_TOO_FEW_POINTS`, `BISECT_NOT_BEFORE`, `RESTORE_NOT_FOUND`,
 * `WORKFLOW_NOT_FOUND`.
 */
export const bisectChoose = definePlanningAction({
  id: 'bisect.choose',
  summary: 'Find what a bisect has to halve',
  effect: 'plan',
  input: z.object({ good: z.string().default(''), bad: z.string().default(''), workflow: z.string().default('') }),
  async plan(context, asked) {
    const { good, bad, nCommits } = await context.bisectLine(asked);
    const nSteps = 2 + bisectSteps(nCommits);
    const what = asked.workflow === '' ? 'the workflows of its tree' : `workflow ${asked.workflow}`;
    const planned = noChange(
      [
        `${nCommits} ${nCommits === 1 ? 'commit lies' : 'commits lie'} from ${good} to ${bad}: at most ${nSteps} states are tried, both ends first, more where one cannot be`,
        `each is booted in the environment of its lock, on a port of its own, and runs ${what}; nothing is changed, and production is not touched`,
        'an environment that is not there is built from kept wheels alone, without any index, and stays until restore prune',
      ],
      { good, bad },
    );
    // Which states are tried depends on what they show.
    return { ...planned, diskBytes: null };
  },
});
