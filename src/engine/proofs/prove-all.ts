import type { GitTreeId } from '../../base/ids.ts';
import type { OwnProofs } from './proofs.ts';

/**
 * Everything that a gate proves of a tree, in the order of what it costs. Who wants the same tree at the same time waits, and
 * then finds all of it.
 */
export const proveAll = (proofs: OwnProofs, tree: GitTreeId) =>
  proofs.alone(tree, async () => ({
    imports: await proofs.imports(tree),
    checks: await proofs.checks(tree),
    boot: await proofs.boot(tree),
    smoke: await proofs.smoke(tree),
  }));
