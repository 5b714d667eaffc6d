interface Claim {
  /** Undefined for the person's own requirement. */
  readonly by: string | undefined;
  readonly requirement: string;
  readonly name: string;
}

/**
 * Returns one sentence naming two requirements that fight and who asks for each, from pip's
 * "The conflict is caused by" block.
 */
export function conflictReason(output: string): string {
  const claims = findClaims(output);
  for (const first of claims) {
    const second = claims.find(
      (claim) => claim.name === first.name && claim.requirement !== first.requirement && claim.by !== first.by,
    );
    const other =
      second ?? claims.find((claim) => claim.name === first.name && claim.requirement !== first.requirement);
    if (other !== undefined) return `${sentencePart(first, true)}, but ${sentencePart(other, false)}.`;
  }
  const cannot = /Cannot install (.+?) because these package versions have conflicting dependencies/.exec(output);
  if (cannot !== null) return `${cannot[1]} cannot be installed together.`;
  const twice = /Double requirement given: (\S+) \(already in ([^,]+),/.exec(output);
  if (twice !== null) return `You ask for ${twice[2]}, but you ask for ${twice[1]}, too.`;
  return 'The requirements contradict each other, and pip gave up looking for the reason.';
}

function findClaims(output: string): readonly Claim[] {
  const block = /The conflict is caused by:\s*\n([\s\S]*?)\n\s*\n/.exec(`${output}\n\n`)?.[1] ?? '';
  return block
    .split('\n')
    .map(parseClaim)
    .filter((claim) => claim !== undefined);
}

/** `foo 1.0 depends on numpy>=2` · `The user requested numpy==1.0` · `The user requested (constraint) numpy<2` */
function parseClaim(line: string): Claim | undefined {
  const user = /^\s*The user requested (?:\(constraint\) )?(.+?)\s*$/.exec(line);
  if (user !== null) return { by: undefined, requirement: user[1] ?? '', name: nameOf(user[1] ?? '') };
  const package_ = /^\s*(\S+) (\S+) depends on (.+?)\s*$/.exec(line);
  if (package_ === null) return undefined;
  return { by: `${package_[1]} ${package_[2]}`, requirement: package_[3] ?? '', name: nameOf(package_[3] ?? '') };
}

function nameOf(requirement: string): string {
  return (/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
}

function sentencePart({ by, requirement }: Claim, isFirst: boolean): string {
  if (by !== undefined) return `${by} needs ${requirement}`;
  return isFirst ? `You ask for ${requirement}` : `you ask for ${requirement}`;
}
