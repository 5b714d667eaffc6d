import type { EmergencyRecord } from '../../../domain/emergencies/record.ts';
import { listText } from '../text.ts';

/** Returns what is said behind the goal of a run that answers an emergency. */
export function emergencyText({ playbook, byHand, why, rows, others }: EmergencyRecord): string {
  const shown = rows.length === 0 ? '' : ` (${rows.map((row) => `#${row}`).join(', ')})`;
  const because = byHand ? 'named by hand' : `${why[0] ?? 'chosen'}${shown}`;
  return `; ${playbook}: ${because}${others.length === 0 ? '' : `; also possible: ${listText(others)}`}`;
}
