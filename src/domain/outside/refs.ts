/** Where files of an outside change are held in the trusted store: what is not held may not be taken over. */
export const heldRef = (tree: string): string => `refs/orchestrate/outside/${tree}`;
