import { asCommitId } from '../../../base/ids.ts';
import { borrowedInterpreter } from '../../../domain/environments/lock.ts';
import { declaredEnvironment, findEnvironment } from '../../environments/named.ts';
import { isInStore } from '../../removal/back-up.ts';
import { readLockText } from '../../space/kept-wheels.ts';
import type { HealthContext, HealthFound, HealthLook } from '../look.ts';

const rebuild = 'orchestrate run "rebuild environment"';

/** The environment that the branch's lock names: whether it is there, and with `isDeep` whether it has the very files that were built. */
export const lookAtEnvironment: HealthLook = async (context) => {
  const { home, store, config } = context;
  if (config.template !== 'comfyui') return unknown('no environment is looked after');
  const state = await home.inspect();
  if (state.kind !== 'ready' || !(await isInStore(store, state.head)))
    return unknown('the newest commit of home is not on record yet');
  const lockText = await readLockText(context, await store.treeOf(asCommitId(state.head)));
  if (lockText === undefined) return unknown('the branch has no requirements.lock');
  return context.isDeep || borrowedInterpreter(lockText) !== undefined
    ? againstLock(context, lockText)
    : byPresence(context, lockText);
};

async function againstLock(context: HealthContext, lockText: string): Promise<HealthFound> {
  const { id, dir, condition } = await findEnvironment(context, lockText);
  const short = id.slice(0, 12);
  if (condition.kind === 'intact')
    return { state: 'good', sentence: `environment ${short} is what its lock says`, evidence: [dir], hint: null };
  if (condition.kind === 'missing') return missing(short, dir);
  const { changed } = condition;
  const sentence = `${changed.length} ${changed.length === 1 ? 'file' : 'files'} of environment ${short} moved`;
  return { state: 'bad', sentence, evidence: [dir, ...changed], hint: 'orchestrate doctor' };
}

async function byPresence(context: HealthContext, lockText: string): Promise<HealthFound> {
  const id = await declaredEnvironment(context, lockText);
  const dir = `${context.paths.envs}/${id}`;
  const short = id.slice(0, 12);
  if ((await context.outside.files.info(`${dir}/bin/python`)) === undefined) return missing(short, dir);
  return {
    state: 'good',
    sentence: `environment ${short} is there; its files were not read (--deep)`,
    evidence: [dir],
    hint: null,
  };
}

const missing = (short: string, dir: string): HealthFound => ({
  state: 'bad',
  sentence: `environment ${short}, which the lock names, is not there`,
  evidence: [dir],
  hint: rebuild,
});

const unknown = (sentence: string): HealthFound => ({ state: 'unknown', sentence, evidence: [], hint: null });
