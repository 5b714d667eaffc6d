import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { HomeState, UnsupportedContent } from '../../ports/git.ts';
import type { EngineContext } from '../context.ts';

/** Returns the fault of a home that cannot be looked after as it is, with the command that puts it right where there is one. */
export async function unfitHome(
  engine: EngineContext,
  { code, reason }: Extract<HomeState, { kind: 'unfit' }>,
): Promise<Fault> {
  const hints = (await branchHints(engine, code)) ?? contentHints(code);
  return new Fault(code, `Home cannot be looked after as it is: ${reason}.`, {
    hints: [...hints, 'orchestrate doctor'],
    state: 'Nothing was changed.',
  });
}

/** The same for what is committed in it. */
export function unsupportedHome({ path, code, reason }: UnsupportedContent): Fault {
  const hints = code === 'HOME_NESTED_REPOSITORY' ? [`git rm --cached ${path}`] : contentHints(code);
  return new Fault(code, `${path} ${reason}.`, { hints, state: 'Nothing was changed.' });
}

async function branchHints(engine: EngineContext, code: Fault['code']): Promise<readonly string[] | undefined> {
  if (code !== 'HOME_DETACHED' && code !== 'HOME_UNBORN') return undefined;
  const created = dataOf('installation.created', engine.ledger.latest('installation'));
  if (created === undefined) return undefined;
  const { branchRef, head } = created;
  if ((await engine.home.findRef(branchRef)) !== undefined)
    return [`git switch ${branchRef.replace(/^refs\/heads\//, '')}`];
  const recorded = dataOf('branch.moved', engine.ledger.latest('branch'))?.to ?? head;
  return [`git update-ref ${branchRef} ${recorded}`];
}

const contentHints = (code: Fault['code']): readonly string[] =>
  code === 'HOME_LFS' || code === 'HOME_UNSUPPORTED'
    ? ['Take that out and commit: home holds declarations, and they are stored byte for byte.']
    : [];
