export type Verdict = 'approved' | 'rejected' | 'changes-requested';

/** States of a change in which a verdict of a person moves it. In any other one it is refused: nothing would come of it. */
export const takesVerdict: Readonly<Record<Verdict, readonly string[]>> = {
  approved: ['reviewing.deciding'],
  rejected: [
    'reviewing.deciding',
    'conflicted',
    'changesRequested',
    'queued.asking',
    'queued.holding',
    // While its branch has not moved: the engine looks.
    'mergeHeld',
  ],
  'changes-requested': ['reviewing.deciding'],
};
