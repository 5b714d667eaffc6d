import { asCommitId, type CommitId, type GitTreeId, instanceId } from '../../../base/ids.ts';
import { dataOf, row } from '../../../domain/journal/kinds.ts';
import { fillPort } from '../../../domain/templates/command-line.ts';
import { noComponents, noEnvironment } from '../../../domain/templates/no-environment.ts';
import { readyUrl } from '../../../domain/templates/readiness.ts';
import type { Engine } from '../../engine.ts';
import type { BesideInstance } from '../../instances/ensure.ts';
import { memoryLimitOf } from '../../instances/memory-cap.ts';
import { readService } from './declared.ts';
import { copyIncluded, findIncluded } from './include.ts';

/** Where the tree's files lie in an instance's folder. */
export const programDir = (dir: string): string => `${dir}/tree`;

export interface ServiceWish {
  readonly tree: GitTreeId;
  readonly purpose: 'production' | 'proof';
  readonly port: number;
  readonly run: string | null;
  readonly beside?: BesideInstance;
}

/**
 * Composes an instance in a folder of its own, the exact files of the tree and the ignored files that it names, and sends it off to
 * start. Does not wait.
 */
export async function createServiceInstance(engine: Engine, wish: ServiceWish): Promise<string> {
  const instance = instanceId(engine.numbers.next('instance'));
  const dir = `${engine.paths.instances}/${instance}`;
  const { tree, purpose, port, run } = wish;
  const { files } = engine.outside;
  const { program, config } = await readService(engine, tree);
  const included = await findIncluded(engine, { tree, commit: await recordedHead(engine) });
  // Until its row is written nobody owns the folder: what a failure leaves there would stay until the next start.
  const copied = await compose(engine, { tree, dir, paths: included.paths }).catch(async (error: unknown) => {
    await files.remove(dir);
    throw error;
  });
  const [start = '', ...args] = fillPort(program.start, port);
  const composed = row(
    'instance.composed',
    {
      ...{ instance, purpose, tree, dir, port, run, args },
      environment: noEnvironment,
      components: noComponents,
      python: start,
      seal: 'detected, not prevented',
      readOnly: [],
      ...(await memoryLimitOf(engine, config.service, false)),
      program: {
        ready: readyUrl(program.ready, port),
        setup: fillPort(program.setup, port),
        checks: purpose === 'proof' ? program.checks.map((one) => fillPort(one, port)) : [],
        commandSeconds: program.commandSeconds,
        included: copied,
        left: included.left,
      },
    },
    { run, keys: [`instance:${instance}`, ...(purpose === 'production' ? ['composed:production'] : [])] },
  );
  await engine.host.create(
    'instance',
    instance,
    { subject: instance },
    {
      rows: [composed, ...(wish.beside?.(instance) ?? [])],
    },
  );
  await engine.host.send(instance, { type: 'START' });
  return instance;
}

async function compose(
  engine: Engine,
  { tree, dir, paths }: { readonly tree: GitTreeId; readonly dir: string; readonly paths: readonly string[] },
): Promise<readonly string[]> {
  const { files } = engine.outside;
  await files.remove(dir);
  await files.ensureDir(dir, { mode: 0o700 });
  await engine.store.exportTree(tree, programDir(dir));
  await files.ensureDir(`${dir}/tmp`);
  return copyIncluded(engine, { paths, to: programDir(dir) });
}

/** The branch as it is recorded: what it has is no ignored file. */
export async function recordedHead(engine: Engine): Promise<CommitId> {
  const state = await engine.home.inspect();
  if (state.kind === 'ready') {
    await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit: state.head, name: 'branch' });
    return state.head;
  }
  const moved = dataOf('branch.moved', engine.ledger.latest('branch'))?.to;
  return asCommitId(moved ?? dataOf('installation.created', engine.ledger.latest('installation'))?.head ?? '');
}
