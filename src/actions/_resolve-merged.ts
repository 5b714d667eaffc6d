import { Fault } from '../base/fault.ts';
import { type LockedPackage, printLock, readLock } from '../domain/environments/lock.ts';
import { parseRequirements, printRequirement } from '../domain/environments/requirements.ts';
import type { PlanDraft } from '../domain/plans/plan.ts';
import type { PlanningContext } from './_context.ts';
import { lockMoves } from './_lock-moves.ts';

/** Packages that stay where they are before anything else may move: what the graphics card and the models hang on. */
const family = ['torch', 'torchvision', 'torchaudio', 'xformers', 'numpy'];

/**
 * Resolves the lock for requirements that changed. Everything else stays where it is; where that is impossible the
 * torch family does; where that is, too, what has to move moves. An unchanged text keeps its lock, byte for byte.
 * Faults: `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, those of the index.
 */
export async function resolveMerged(
  context: PlanningContext,
  texts: { readonly before: string; readonly after: string; readonly lockText: string },
): Promise<Pick<PlanDraft, 'moves' | 'downloadBytes' | 'diskBytes' | 'lockText' | 'warnings'>> {
  const lock = readLock({ file: 'requirements.lock', text: texts.lockText });
  if (texts.before === texts.after)
    return { moves: [], downloadBytes: 0, diskBytes: 0, lockText: texts.lockText, warnings: [] };
  const python = await context.interpreter();
  const { index, mark } = context;
  const toolsDir = context.paths.tools;
  const before = new Set(linesOf(texts.before).map(({ line }) => line));
  const wanted = linesOf(texts.after);
  const changed = new Set(wanted.filter(({ line }) => !before.has(line)).map(({ name }) => name));
  const others = lock.packages.filter(({ name }) => !changed.has(name));
  const pins = (packages: readonly LockedPackage[]): string[] => packages.map((one) => `${one.name}===${one.version}`);
  const tries = [pins(others), pins(others.filter(({ name }) => family.includes(name))), []];
  let reason = '';
  for (const [nTry, kept] of tries.entries()) {
    const requirements = [...wanted.map(({ line }) => line), ...kept];
    const resolved = await context.python.resolve({ requirements, index, python, toolsDir, mark });
    if (resolved.kind === 'resolved') {
      const lockText = printLock({ abi: python.abi, platform: python.platform, packages: resolved.packages });
      const warnings = nTry < 2 ? [] : [`the torch family has to move with it: ${reason}`];
      return { ...lockMoves(lock.packages, resolved.packages), lockText, warnings };
    }
    reason = resolved.reason;
    if (nTry === tries.length - 1)
      throw new Fault(resolved.code, resolved.reason, { state: 'Nothing was changed.', data: { requirements } });
  }
  throw new Error('the last try returns or throws');
}

const linesOf = (text: string): readonly { readonly name: string; readonly line: string }[] =>
  parseRequirements({ file: 'requirements.in', text }).map((one) => ({
    name: one.name,
    line: printRequirement({ ...one, comment: null }),
  }));
