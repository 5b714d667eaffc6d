/** Begins the keys of the effects of a merge: those of another base are others. */
export const mergeKey = (change: string, base: string): string => `merge:${change}:${base.slice(0, 12)}`;
