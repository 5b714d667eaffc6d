import {
  copyQueue,
  forgetCopy,
  keepQueue,
  keptQueue,
  loadWork,
  queueAgain,
  savedQueues,
} from '../../instances/prompts.ts';
import type { PendingWork } from '../template.ts';

/** Prompts in ComfyUI's queue: what waits is kept in a file and queued again. */
export const promptWork: PendingWork = {
  keep: keepQueue,
  kept: keptQueue,
  copy: copyQueue,
  doing: loadWork,
  forgetCopy,
  again: queueAgain,
  saved: savedQueues,
  stoppedSentence: (nKept) =>
    `Production is stopped; ${nKept} pending prompts were saved and are queued again at the next start.`,
  backSentence: (nBack) => `${nBack} of its prompts are back in its queue`,
  busyText: (nRunning) => (nRunning > 0 ? ', a prompt was running' : ''),
};
