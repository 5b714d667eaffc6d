/** Begins the keys of the effects of a merge. One gate, one try: when the branch has moved, the next gate's keys are others. */
export const mergeKey = (change: string, gateRow: number): string => `merge:${change}:${gateRow}`;
