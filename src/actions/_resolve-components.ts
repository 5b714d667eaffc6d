import { Fault } from '../base/fault.ts';
import { torchFamily } from '../domain/environments/promises.ts';
import { parseRequirements, printRequirement, type Requirement } from '../domain/environments/requirements.ts';
import type { Component } from '../domain/instances/components.ts';
import type { PlanDraft } from '../domain/plans/plan.ts';
import type { PlanningContext } from './_context.ts';
import { type EnvironmentBefore, ownRequirements, readEnvironment } from './_environment-before.ts';
import { environmentDraft } from './_environment-plan.ts';
import { type AskedByComponents, packRequirements } from './_pack-requirements.ts';
import { resolveAll } from './_resolve-all.ts';

/** What the graphics card and the models hang on: it stays where it is, though all else has to move. */
const steady = new Set([...torchFamily, 'xformers', 'numpy']);

/**
 * Resolves the lock for other components. Packages whose lines changed are free, everything else stays where it is; where
 * that is impossible the torch family does; where that is, too, what has to move moves. When nobody asks for anything
 * else than before, the lock stays, byte for byte. `kept`: names of lines in requirements.in that win over ComfyUI's.
 * Faults: `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, those of the index.
 */
export async function resolveComponents(
  context: PlanningContext,
  wanted: {
    readonly components: readonly Component[];
    readonly requirementsText: string;
    readonly lockText: string;
    readonly kept: readonly string[];
  },
): Promise<PlanDraft> {
  const before = await readEnvironment(context);
  const all = await packRequirements(context, wanted.components);
  const kept = new Set(wanted.kept);
  const core = { ...all.core, requirements: all.core.requirements.filter(({ name }) => !kept.has(name)) };
  const asked: AskedByComponents = { ...all, core };
  const requirements = parseRequirements({ file: 'requirements.in', text: wanted.requirementsText });
  const changed = changedNames(before, { requirements, asked: all });
  if (changed.size === 0) {
    const { lockText, requirementsText } = wanted;
    const cost = { moves: [], rejected: [], downloadBytes: 0, diskBytes: 0 } as const;
    return { ...cost, lockText, requirementsText, warnings: [] };
  }
  const python = await context.interpreter();
  const own = ownRequirements(requirements);
  const resolve = (moving: Iterable<string>) => resolveAll(context, { before, own, asked, moving, python });
  let found = await resolve(changed);
  if (found.kind === 'resolved' && found.othersMoved) {
    const others = [...before.versions.keys()].filter((name) => !steady.has(name));
    const held = await resolve([...others, ...changed]);
    if (held.kind === 'resolved' && !held.othersMoved) found = held;
  }
  if (found.kind === 'impossible') throw new Fault(found.code, found.reason, { state: 'Nothing was changed.' });
  const { requirementsText } = wanted;
  return environmentDraft({ before, found, python, first: [], requirementsText });
}

/** Names whose lines are not what they were, in requirements.in or in a component's. */
function changedNames(
  before: EnvironmentBefore,
  after: { readonly requirements: readonly Requirement[]; readonly asked: AskedByComponents },
): ReadonlySet<string> {
  const [was, is] = [linesOf(before), linesOf(after)];
  const changed = new Set<string>();
  for (const [line, name] of was) if (!is.has(line)) changed.add(name);
  for (const [line, name] of is) if (!was.has(line)) changed.add(name);
  return changed;
}

const linesOf = ({
  requirements,
  asked,
}: {
  readonly requirements: readonly Requirement[];
  readonly asked: AskedByComponents;
}): ReadonlyMap<string, string> =>
  new Map(
    [
      ['', requirements] as const,
      ...[asked.core, ...asked.packs].map((one) => [one.component, one.requirements] as const),
    ].flatMap(([by, lines]) =>
      lines.map((one) => [`${by} ${printRequirement({ ...one, comment: null })}`, one.name] as const),
    ),
  );
