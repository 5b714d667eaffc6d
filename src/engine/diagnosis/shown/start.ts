import { isUp } from '../../instances/watch.ts';
import type { Shown } from '../end-alerts.ts';
import { hitOf } from './hit-of.ts';

/** Production was started after it, answers, and the log of that start does not have it. */
export const shownByStart: Shown = async (engine, found, now) => {
  const { instance, isWhole, reading } = now;
  const state = engine.host.find(instance)?.state ?? '';
  if (instance === found.instance || !isWhole || !isUp(state) || hitOf(reading, found) !== undefined) return undefined;
  const seq = engine.ledger.latest(`instance-up:${instance}`)?.seq;
  return [...(seq === undefined ? [] : [`#${seq}`]), `${instance} started without it`];
};
