import type { Look } from '../look.ts';

/** Every object that the trusted store names is there and readable. What is lost of it nothing can make again. */
export const lookAtStore: Look = async ({ store, paths }) => {
  const problems = await store.verify();
  return {
    fact: 'every object of the store is there',
    findings: problems.map((problem) => ({
      id: `store-broken:${problem}`,
      area: 'store',
      severity: 'error',
      sentence: `${paths.store}: ${problem}`,
      evidence: [paths.store],
      repair: { kind: 'by-hand', does: 'keep a copy of the folder before anything else', command: null },
    })),
  };
};
