import { shownCommand } from '../../../domain/alerts/shown-command.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf, type JournalKinds } from '../../../domain/journal/kinds.ts';
import type { EngineContext } from '../../context.ts';
import { ownPids } from '../../instances/own-pids.ts';
import { isUp } from '../../instances/watch.ts';
import { isInStore } from '../../removal/back-up.ts';
import { templates } from '../../templates/templates.ts';
import type { Look } from '../look.ts';

/** Production on record against who holds its port, and against the branch. A strange holder is told, never stopped. */
export const lookAtProduction: Look = async (context) => {
  const { ledger, config } = context;
  const instance = dataOf('production.set', ledger.latest('production'))?.instance ?? null;
  const composed = instance === null ? undefined : dataOf('instance.composed', ledger.latest(`instance:${instance}`));
  const state = dataOf('machine.moved', ledger.latest(`machine:${instance ?? ''}`))?.to ?? 'stopped';
  const running = composed !== undefined && isUp(state) ? composed : undefined;
  const findings =
    config.service.mode === 'none'
      ? []
      : [
          ...(await findStranger(context, running)),
          ...(running ? [...(await findBehind(context, running)), ...findUncapped(running)] : []),
        ];
  return {
    fact: running ? `${running.instance} on :${running.port} is the branch` : 'production is not running',
    findings,
  };
};

type Composed = JournalKinds['instance.composed'];

async function findStranger(context: EngineContext, running: Composed | undefined): Promise<readonly Finding[]> {
  const { outside, config, ledger } = context;
  if (config.service.mode !== 'managed') return [];
  const port = running?.port ?? config.service.port;
  const holder = await outside.ports.holder(port);
  if (holder.kind === 'free') return [];
  const proven = dataOf('instance.proven', ledger.latest(`instance-up:${running?.instance ?? ''}`));
  if (proven && holder.owners.length > 0) {
    const ours = await ownPids(context, proven.instance, proven.pid);
    if (holder.owners.some(({ pid }) => ours.has(pid))) return [];
  }
  const owners = holder.owners.map(({ pid, argv }) => `pid ${pid} (${shownCommand(argv, 80)})`);
  return [
    {
      id: `port-strange:${port}`,
      area: 'production',
      severity: running === undefined ? 'note' : 'error',
      sentence: `port ${port} is held by ${owners.length === 0 ? 'a program of another user' : owners.join(', ')}, which orchestrate did not start`,
      evidence: owners.length === 0 ? [`:${port}`] : owners,
      repair: {
        kind: 'by-hand',
        does: 'stop that program before production is started, or set another service.port in orchestrate.yaml',
        command: null,
      },
    },
  ];
}

function findUncapped({ instance, memory }: Composed): readonly Finding[] {
  if (memory === undefined || memory.why === null) return [];
  return [
    {
      id: `memory-uncapped:${instance}`,
      area: 'production',
      severity: 'note',
      sentence: `service.memory-max is set, and no cap holds production: ${memory.why}`,
      evidence: [`${instance}: ${memory.maxBytes} bytes`],
      repair: {
        kind: 'by-hand',
        does: 'let `orchestrate serve` run as a systemd user unit, which is handed groups of its own, or leave service.memory-max out',
        command: null,
      },
    },
  ];
}

async function findBehind(context: EngineContext, running: Composed): Promise<readonly Finding[]> {
  const { home, store, config } = context;
  const state = await home.inspect();
  if (state.kind !== 'ready') return [];
  // A commit by hand is not in the store before a run begins.
  const tree = (await isInStore(store, state.head)) ? await store.treeOf(state.head) : undefined;
  if (tree === running.tree) return [];
  // A merge that production does not run from, such as one of documents, leaves it as it is.
  if (tree !== undefined && (await templates[config.template].isUnaffected(context, running, tree))) return [];
  const at = tree === undefined ? `commit ${state.head.slice(0, 7)}` : `tree ${tree.slice(0, 7)}`;
  return [
    {
      id: `production-behind:${running.instance}`,
      area: 'production',
      severity: 'note',
      sentence: `production runs tree ${running.tree.slice(0, 7)}, and the branch is at ${at}`,
      evidence: [running.tree, tree ?? state.head],
      repair: {
        kind: 'by-hand',
        does: 'a commit by hand or a held switch is not live before production is started again',
        command: 'orchestrate service restart',
      },
    },
  ];
}
