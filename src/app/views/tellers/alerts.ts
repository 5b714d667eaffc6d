import type { AlertRows } from '../../../domain/journal/rows/alerts.ts';
import { countText, listText, timeText } from '../text.ts';
import type { TellersOf } from './teller.ts';

const ofText = (alerts: readonly string[], occasion: string): string => {
  if (occasion === 'test') return 'a test';
  const what = alerts.length > 5 ? countText(alerts.length, 'alert') : listText(alerts);
  return occasion === 'resolved' ? `the end of ${what}` : what;
};

/** What a journal row of this feature says, as one line. */
export const alertsTellers: TellersOf<AlertRows> = {
  'alert.raised': ({ alert, key, severity, sentence, cause, again, escalatedFrom, flaps }) =>
    `${alert} ${severity} ${key}: ${sentence.replace(/\.$/, '')}${cause === null ? '' : ` (follows from ${cause})`}${again === null ? '' : `; it comes again after ${again}`}${escalatedFrom === null ? '' : `, and is no longer only ${escalatedFrom}`}${flaps ? '; it comes and goes' : ''}`,
  'alert.counted': ({ alert, key, times }) => `${alert} ${key} was seen ${times} times`,
  'alert.followed': ({ alert, key, cause }) =>
    cause === null
      ? `${alert} ${key} goes on, though what it followed from is over`
      : `${alert} ${key} follows from ${cause}`,
  'alert.acknowledged': ({ alert, by, comment }) =>
    `${alert} is acknowledged by ${by.name}${comment === null ? '' : `: ${comment}`}`,
  'alert.ended': ({ alert, key, by, evidence, times }) =>
    `${alert} ${key} is over${by === null ? '' : `, says ${by.name}`}${evidence.length === 0 ? '' : ` (${listText(evidence)})`}; it was seen ${countText(times, 'time')}`,
  'alert.suppressed': ({ id, match, untilMs, reason, by }) =>
    `${id}: alerts of ${match} are told nobody until ${timeText(untilMs)}, says ${by.name}: ${reason}`,
  'alert.unsuppressed': ({ id, by }) => `${id} suppresses nothing any more, says ${by.name}`,
  'alert.told': ({ target, occasion, alerts, attempt }) =>
    `${target} was told of ${ofText(alerts, occasion)}${attempt === 1 ? '' : `, by attempt ${attempt}`}`,
  'alert.notTold': ({ target, occasion, alerts, attempt, fault, nextAtMs }) =>
    `${target} was not told of ${ofText(alerts, occasion)}, attempt ${attempt}: ${fault.code} ${fault.message}${nextAtMs === null ? '' : `; again at ${timeText(nextAtMs)}`}`,
};
