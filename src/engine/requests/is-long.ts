/** Acts for longer than it takes to write a row. */
export const isLong = (kind: string): boolean =>
  /^(service|prompt|outside|trees?|failover|removal|trash|doctor)\./.test(kind) ||
  kind === 'space.prune' ||
  kind === 'hook.checkpoint' ||
  kind === 'worktrees.init' ||
  kind === 'alert.test';
