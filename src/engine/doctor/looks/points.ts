import { findBroken } from '../../restore/mend.ts';
import type { Look } from '../look.ts';

/** Restore tags of home and of the store against the journal, which says which there are. */
export const lookAtPoints: Look = async (context) => {
  const broken = await findBroken(context);
  return {
    fact: 'every tag names what the journal says, in home and store',
    findings: broken.map(({ tag, where, found }) => ({
      id: `tag-${where}:${tag}`,
      area: 'restore points',
      severity: 'error',
      sentence: `${tag} ${found === null ? 'is missing' : `names ${found.slice(0, 7)}`} in the ${where}`,
      evidence: [`refs/tags/${tag}`, found ?? 'absent'],
      repair: {
        kind: 'safe',
        act: 'mend-tag',
        subject: `${where}:${tag}`,
        does: 'make it again from its journal row and the objects of the store',
      },
    })),
  };
};
