import { alertKey } from '../../domain/alerts/match-key.ts';
import type { Entry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

/**
 * Whether no alert of the key was raised or ended since the row that it is about: whoever wrote the row was killed before it raised one. Where
 * one was open before, that cannot be told, and it says so too: to raise it once more only counts.
 */
export function isUnheard({ ledger, outside }: Engine, key: string, about: Entry): boolean {
  const newest = ledger.latest(`alert-key:${alertKey(key, outside.digest.sha256)}`);
  return newest === undefined || newest.seq < about.seq;
}
