import { findUnrecorded } from '../../removal/note-trash.ts';
import type { Look } from '../look.ts';

/** What lies in the trash against its records: what nobody wrote down is not found by `trash list`. */
export const lookAtTrash: Look = async (context) => ({
  fact: 'everything in the trash is on record',
  findings: (await findUnrecorded(context)).map(({ path, place }) => ({
    id: `trash-unrecorded:${path}`,
    area: 'trash',
    severity: 'warning',
    sentence: `${path} lies in the trash without a record`,
    evidence: [place],
    repair: { kind: 'safe', act: 'note-trash', subject: path, does: 'write it down, with a backup of what it holds' },
  })),
});
