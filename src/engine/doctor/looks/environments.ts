import { asCommitId } from '../../../base/ids.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import type { EngineContext } from '../../context.ts';
import { findEnvironment } from '../../environments/named.ts';
import { isInStore } from '../../removal/back-up.ts';
import { readLockText } from '../../space/kept-wheels.ts';
import { openRuns } from '../../space/needed.ts';
import type { Look, LookOptions } from '../look.ts';

/** The environment of the branch against its manifest, byte for byte; the others by their manifest, or whole. */
export const lookAtEnvironments: Look = async (context, options) => {
  const named = await findNamed(context);
  const others = await findOthers(context, options, named?.id);
  const findings = [...(named?.findings ?? []), ...others.findings];
  const ofBranch = named === undefined ? 'the branch names none' : 'that of the branch has the files that were built';
  return { fact: `${others.n} built; ${ofBranch}`, findings };
};

const rebuild = 'orchestrate run "rebuild environment"';

async function findNamed(context: EngineContext): Promise<{ id: string; findings: readonly Finding[] } | undefined> {
  const { home, store, config } = context;
  const state = await home.inspect();
  if (config.template !== 'comfyui' || state.kind !== 'ready' || !(await isInStore(store, state.head)))
    return undefined;
  const lockText = await readLockText(context, await store.treeOf(asCommitId(state.head)));
  if (lockText === undefined) return undefined;
  const { id, dir, condition, isBorrowed } = await findEnvironment(context, lockText);
  if (condition.kind === 'intact') return { id, findings: [] };
  const changed = condition.kind === 'drifted' ? condition.changed : [];
  const short = id.slice(0, 12);
  const finding: Finding = {
    id: `environment-${condition.kind}:${short}`,
    area: 'environments',
    severity: 'error',
    sentence:
      condition.kind === 'missing'
        ? `the branch names environment ${short}, which is not there`
        : `${changed.length} ${changed.length === 1 ? 'file' : 'files'} of environment ${short} are not the ones that were ${isBorrowed ? 'recorded' : 'built'}`,
    evidence: [dir, ...changed.slice(0, 5)],
    repair: {
      kind: 'by-hand',
      does: isBorrowed
        ? 'bring it back as it was, or keep what was changed'
        : 'have it built again from kept wheels; the changed one is kept in the trash',
      command: isBorrowed ? 'orchestrate outside list' : rebuild,
    },
  };
  return { id, findings: [finding] };
}

/** A folder in which a build of ours is at work, or was interrupted, has this and no manifest. */
const buildingName = 'orchestrate-building';

async function findOthers(context: EngineContext, { isDeep }: LookOptions, named: string | undefined) {
  const { files, python } = context.outside;
  const { envs } = context.paths;
  const mayBuild = (await context.ledger.isHeld()) && openRuns(context).length > 0;
  const findings: Finding[] = [];
  const ids = await files.list(envs);
  for (const id of ids) {
    const dir = `${envs}/${id}`;
    if ((await python.recorded(dir)) === undefined) {
      const isOurs = (await files.info(`${dir}/${buildingName}`)) !== undefined;
      if (!mayBuild) findings.push(isOurs ? unfinished(id, dir) : strange(id, dir));
      continue;
    }
    if (!isDeep || id === named) continue;
    const condition = await python.inspect(dir);
    if (condition.kind === 'drifted') findings.push(drifted(id, dir, condition.changed));
  }
  return { n: ids.length, findings };
}

const unfinished = (id: string, dir: string): Finding => ({
  id: `environment-unfinished:${id}`,
  area: 'environments',
  severity: 'warning',
  sentence: `the build of environment ${id.slice(0, 12)} was interrupted, and nobody goes on with it`,
  evidence: [dir],
  repair: { kind: 'safe', act: 'trash-environment', subject: id, does: 'move it to the trash; a run builds it anew' },
});

const strange = (name: string, dir: string): Finding => ({
  id: `environment-strange:${name}`,
  area: 'environments',
  severity: 'warning',
  sentence: `${dir} lies among the environments and was not built by orchestrate`,
  evidence: [dir],
  repair: { kind: 'by-hand', does: 'whoever put it there moves it somewhere else', command: null },
});

const drifted = (id: string, dir: string, changed: readonly string[]): Finding => ({
  id: `environment-drifted:${id.slice(0, 12)}`,
  area: 'environments',
  severity: 'warning',
  sentence: `${changed.length} ${changed.length === 1 ? 'file' : 'files'} of environment ${id.slice(0, 12)} are not the ones that were built`,
  evidence: [dir, ...changed.slice(0, 5)],
  repair: {
    kind: 'by-hand',
    does: 'a way back to it keeps the changed one in the trash and builds it again; somebody may want what was changed',
    command: 'orchestrate restore list',
  },
});
