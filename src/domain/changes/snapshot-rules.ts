/** A home holds declarations, not models or pictures: past this something is in the wrong place. */
export const snapshotLimits = {
  maxFiles: 50_000,
  maxFileBytes: 64 * 1024 * 1024,
  maxTotalBytes: 512 * 1024 * 1024,
} as const;

/** Folders of a home that are never part of its tree (DESIGN 4: ignored, rebuildable or with a history of their own). */
const outsideTheTree = /^(\.orchestrate|trees\/[^/]+|memory|sessions|logs)(\/|$)/;

/** Whether a path of a slot stays out of snapshots. `trees/*.yaml` are definitions and stay in. */
export const skipInSlot = (path: string): boolean =>
  unfinished.test(path) || (outsideTheTree.test(path) && !/^trees\/[^/]+\.yaml\/?$/.test(path));

/**
 * The same where home is a repository of the person's own: nothing but what is ours below `.orchestrate` stays out, whatever their
 * folders are called.
 */
export const skipInRepository = (path: string): boolean => unfinished.test(path) || /^\.orchestrate(\/|$)/.test(path);

/** What a kill in the middle of writing a file leaves beside it. */
const unfinished = /(^|\/)\.orchestrate-[^/]*\.tmp$/;
