import type { Claim } from '../../ports/python.ts';

type NamedClaim = Claim & { readonly name: string };

/**
 * Returns one sentence naming two requirements that fight and who asks for each, from pip's
 * "The conflict is caused by" block.
 */
export function conflictReason(output: string): string {
  const [first, other] = fightingClaims(output);
  if (first !== undefined && other !== undefined)
    return `${sentencePart(first, true)}, but ${sentencePart(other, false)}.`;
  const cannot = /Cannot install (.+?) because these package versions have conflicting dependencies/.exec(output);
  if (cannot !== null) return `${cannot[1]} cannot be installed together.`;
  const twice = /Double requirement given: (\S+) \(already in ([^,]+),/.exec(output);
  if (twice !== null) return `You ask for ${twice[2]}, but you ask for ${twice[1]}, too.`;
  return 'The requirements contradict each other, and pip gave up looking for the reason.';
}

/** Returns the two requirements of that block that are for the same package and differ; none when pip names none. */
export function fightingClaims(output: string): readonly Claim[] {
  const claims = findClaims(output);
  for (const first of claims) {
    const others = claims.filter((claim) => claim.name === first.name && claim.requirement !== first.requirement);
    const second = others.find((claim) => claim.by !== first.by) ?? others[0];
    if (second !== undefined) return [first, second].map(({ by, requirement }) => ({ by, requirement }));
  }
  return [];
}

function findClaims(output: string): readonly NamedClaim[] {
  const block = /The conflict is caused by:\s*\n([\s\S]*?)\n\s*\n/.exec(`${output}\n\n`)?.[1] ?? '';
  return block
    .split('\n')
    .map(parseClaim)
    .filter((claim) => claim !== undefined);
}

/** `foo 1.0 depends on numpy>=2` · `The user requested numpy==1.0` · `The user requested (constraint) numpy<2` */
function parseClaim(line: string): NamedClaim | undefined {
  const user = /^\s*The user requested (?:\(constraint\) )?(.+?)\s*$/.exec(line);
  if (user !== null) return { by: null, requirement: user[1] ?? '', name: nameOf(user[1] ?? '') };
  const package_ = /^\s*(\S+) (\S+) depends on (.+?)\s*$/.exec(line);
  if (package_ === null) return undefined;
  return { by: `${package_[1]} ${package_[2]}`, requirement: package_[3] ?? '', name: nameOf(package_[3] ?? '') };
}

function nameOf(requirement: string): string {
  return (/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
}

function sentencePart({ by, requirement }: Claim, isFirst: boolean): string {
  if (by !== null) return `${by} needs ${requirement}`;
  return isFirst ? `You ask for ${requirement}` : `you ask for ${requirement}`;
}
