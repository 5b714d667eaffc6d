import { isWheelOf } from '../domain/environments/lock.ts';
import { compareVersions } from '../domain/environments/version.ts';
import { wheelFits } from '../domain/environments/wheel-fits.ts';
import type { PythonFacts, Resolution } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';
import { mostOf } from './_most-of.ts';

/** A package that would go though nothing that moves had brought it. */
export interface Undeclared {
  readonly name: string;
  readonly version: string;
  /** `hand`: somebody installed it. `venv`: it came with the environment itself. `unknown`: nobody can tell who asks for it. */
  readonly by: 'hand' | 'venv' | 'unknown';
}

/** What became of one: it stays, or why it goes, as a clause. */
export interface Stay extends Undeclared {
  readonly goes: string | null;
}

type Resolved = Extract<Resolution, { kind: 'resolved' }>;
type Impossible = Extract<Resolution, { kind: 'impossible' }>;

/** Put there by `python -m venv` itself, up to Python 3.11 with setuptools: https://docs.python.org/3/library/ensurepip.html */
export const broughtByVenv: ReadonlySet<string> = new Set(['setuptools', 'wheel']);

/** Calls of the resolver to find which of them fit; a real index takes seconds for each. */
const maxResolves = 16;

/**
 * Keeps every undeclared package where it is, as far as there is a wheel of it and it fits with all else: one that does not takes
 * no other with it. `resolve` is given the lines that keep them. Writes nothing. Faults: those of the index.
 */
export async function keepUndeclared(
  context: Pick<PlanningContext, 'python' | 'index'>,
  options: {
    readonly extra: readonly Undeclared[];
    readonly found: Resolved;
    readonly kept: readonly string[];
    readonly python: PythonFacts;
    readonly resolve: (stays: readonly string[]) => Promise<Resolution>;
  },
): Promise<{ readonly found: Resolved; readonly stays: readonly string[]; readonly extra: readonly Stay[] }> {
  const { extra } = options;
  let { found } = options;
  const why = new Map<string, string>();
  const fits = async (some: readonly Undeclared[]): Promise<boolean> => {
    const answer = await options.resolve(some.map(lineOf));
    if (answer.kind === 'resolved') found = answer;
    else why.set(some.at(-1)?.name ?? '', misfit(answer, some.at(-1)));
    return answer.kind === 'resolved';
  };
  const staying = (kept: readonly Undeclared[]) => ({
    ...{ found, stays: kept.map(lineOf) },
    extra: extra.map((one) => ({ ...one, goes: kept.includes(one) ? null : (why.get(one.name) ?? notTried) })),
  });
  if (extra.length === 0 || (await fits(extra))) return staying(extra);
  const there: Undeclared[] = [];
  for (const one of extra) {
    const missing = await notThere(context, { ...options, one });
    if (missing === undefined) there.push(one);
    else why.set(one.name, missing);
  }
  return staying((await mostOf(there, { fits, maxCalls: maxResolves })).kept);
}

const lineOf = ({ name, version }: Undeclared): string => `${name}===${version}`;

const notTried = `whether it fits was not found within ${maxResolves} calls of the resolver`;

/** Why there is no wheel of a package, or undefined when there is one. */
async function notThere(
  { python, index }: Pick<PlanningContext, 'python' | 'index'>,
  options: { readonly one: Undeclared; readonly kept: readonly string[]; readonly python: PythonFacts },
): Promise<string | undefined> {
  const { one } = options;
  if (options.kept.some((path) => isWheelOf(path.slice(path.lastIndexOf('/') + 1), one))) return undefined;
  const offers = await python.offers({ name: one.name, index });
  const files = offers.filter(({ version }) => compareVersions(version, one.version) === 0).flatMap((of) => of.files);
  if (files.length === 0) return 'no index has it and no wheel of it is kept';
  if (files.some((file) => wheelFits(file, options.python) === 'fits')) return undefined;
  return `no wheel of it is for Python ${options.python.version} on ${options.python.platform}`;
}

/** With what a package does not fit, where the resolver names it. */
function misfit({ fight, reason }: Impossible, one: Undeclared | undefined): string {
  const line = one === undefined ? '' : lineOf(one);
  const isMine = (requirement: string): boolean => requirement.replaceAll(' ', '') === line;
  const other = fight?.find(({ by, requirement }) => by !== one?.name && !isMine(requirement));
  if (other === undefined) return `it does not fit: ${reason.replace(/\.$/, '')}`;
  return `it does not fit with ${other.by === null ? '' : `what ${other.by} needs, `}${other.requirement}`;
}

/** One sentence per undeclared package. */
export function stayWarning({ name, version, by, goes }: Stay): string {
  const what = `${name} ${version}`;
  if (goes !== null) return `${what}${by === 'hand' ? `${byHand},` : ''} goes: ${goes}`;
  if (by === 'unknown') return `who asks for ${what} is not known: it stays`;
  return `nothing asks for ${what}${by === 'hand' ? byHand : ''}: it stays`;
}

const byHand = ', which somebody installed by hand';

/** Why a person has to say yes: something that somebody installed would be gone. Null when nothing would. */
export function lostByHand(extra: readonly Stay[]): string | null {
  const lost = extra.filter(({ by, goes }) => goes !== null && by !== 'venv');
  if (lost.length === 0) return null;
  const names = lost.map(({ name, version, goes }) => `${name} ${version} (${goes ?? ''})`);
  return `${names.join(', ')} would go, and nobody asked for that`;
}
