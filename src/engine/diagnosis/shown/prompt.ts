import type { Shown } from '../end-alerts.ts';
import { hitOf } from './hit-of.ts';

/** Where reading begins in the middle of a prompt, the first end may be that of one that failed. */
const nSure = 2;

/** A prompt ended well after it. */
export const shownByPrompt: Shown = async (_engine, found, { instance, reading }) => {
  const hit = hitOf(reading, found);
  const isOver =
    hit === undefined
      ? reading.nFinished - reading.nFailed >= nSure && reading.lastFinishedAt >= 0
      : reading.lastFinishedAt > hit.lastAt;
  return isOver ? [`prompts end well again in the log of ${instance}`] : undefined;
};
