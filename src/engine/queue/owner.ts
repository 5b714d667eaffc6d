/** Names who holds the port and the instance of a proof ahead: no run, so that nothing of a run's is taken for it. */
export const ownerOf = (change: string): string => `ahead:${change}`;
export const isAhead = (run: string | null): boolean => run?.startsWith('ahead:') === true;
