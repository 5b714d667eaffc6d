import { Fault } from '../../base/fault.ts';
import { isReady, isSelfStarted } from '../../domain/installation/swarm-ui.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { SwarmBackend } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

export type SwarmAct = 'restart' | 'start' | 'stop';

/** How often SwarmUI is asked how far it is. */
const lookEveryMs = 500;
/** Restarts between a stop and the start that follows it, at most. */
const maxBetween = 100;

/**
 * Asks SwarmUI to restart, start or stop the ComfyUI that it runs, and waits until it says that it did. Its process is SwarmUI's
 * child, and is never signalled from here. A start enables what the last stop disabled: what a person disabled there stays so.
 * `request` names the effect: a repeat of the same request asks once; a restart may be asked twice after a kill.
 * Faults: `NOTHING_TO_DO` where there is nothing to start, `SERVICE_NOT_RUNNING` where SwarmUI does not answer, `SERVICE_NOT_OURS` where it starts no ComfyUI itself, `SWARM_REFUSED`,
 * `INSTANCE_UNHEALTHY` when a backend does not come up in time.
 */
export async function actBySwarm(
  engine: Engine,
  { url, act, request }: { readonly url: string; readonly act: SwarmAct; readonly request: number },
): Promise<readonly SwarmBackend[]> {
  const { swarm } = engine.outside;
  const asked = await meant(engine, { url, act, request });
  for (const id of asked)
    await engine.perform(
      {
        key: effectKey(request, id),
        name: `ask SwarmUI to ${act} its backend ${id}`,
        input: { url, backend: id, act },
        run: null,
      },
      {
        look: async () => ((await isDone(engine, { url, act, id })) ? {} : undefined),
        act: async () => {
          await (act === 'restart' ? swarm.restart(url, id) : swarm.toggle(url, id, act === 'start'));
          return {};
        },
      },
    );
  const after = await awaitDone(engine, url, act);
  const backends = after.map(({ id, status }) => ({ id, status }));
  await engine.ledger.append([row('service.bySwarm', { act, url, backends, asked }, { keys: ['swarm'] })]);
  return after;
}

const effectKey = (request: number, id: string): string => `swarm:${request}:${id}`;

/** The ids of the backends that the act is about. One of which an interrupted call asked already is still among them. */
async function meant(
  engine: Engine,
  { url, act, request }: { readonly url: string; readonly act: SwarmAct; readonly request: number },
): Promise<readonly string[]> {
  const own = await ownBackends(engine, url);
  const stopped = act === 'start' ? lastStopped(engine, url) : [];
  const isStopped = own.some(({ id }) => stopped.includes(id));
  const isMeant = ({ id, isEnabled }: SwarmBackend): boolean =>
    (isStopped ? stopped.includes(id) : isEnabled) ||
    engine.ledger.latest(`effect:${effectKey(request, id)}`) !== undefined;
  const ids = own.filter(isMeant).map(({ id }) => id);
  if (ids.length > 0 || act !== 'start') return ids;
  throw new Fault('NOTHING_TO_DO', `SwarmUI on ${url} has no ComfyUI enabled, and none was stopped from here.`, {
    state: 'Nothing was changed.',
    hints: ['Enable one at Server, Backends in the window of SwarmUI.'],
  });
}

/** What the newest stop disabled that no start came after. */
function lastStopped({ ledger }: Engine, url: string): readonly string[] {
  const rows = ledger.read({ key: 'swarm', descending: true, limit: maxBetween });
  const newest = rows
    .flatMap((entry) => dataOf('service.bySwarm', entry) ?? [])
    .find(({ act, asked = [] }) => act === 'start' || (act === 'stop' && asked.length > 0));
  return newest?.act === 'stop' && newest.url === url ? (newest.asked ?? []) : [];
}

/** Whether SwarmUI did it already; of a restart that shows only while it is on its way. */
async function isDone(
  engine: Engine,
  { url, act, id }: { readonly url: string; readonly act: SwarmAct; readonly id: string },
): Promise<boolean> {
  const one = (await ownBackends(engine, url)).find((each) => each.id === id);
  if (act === 'restart') return one?.status === 'loading' || one?.status === 'waiting';
  return one?.isEnabled === (act === 'start');
}

async function ownBackends(engine: Engine, url: string): Promise<readonly SwarmBackend[]> {
  const all = await engine.outside.swarm.backends(url);
  if (all === undefined)
    throw new Fault('SERVICE_NOT_RUNNING', `SwarmUI, which starts and stops this ComfyUI, does not answer on ${url}.`, {
      state: 'Nothing was changed.',
      hints: ['Start SwarmUI.', 'Or say where it answers: service.swarmui in orchestrate.yaml.'],
    });
  const own = all.filter(isSelfStarted);
  if (own.length > 0) return own;
  throw new Fault('SERVICE_NOT_OURS', `SwarmUI on ${url} starts no ComfyUI itself.`, {
    state: 'Nothing was changed.',
    hints: ['Look at Server, Backends in the window of SwarmUI.'],
  });
}

async function awaitDone(engine: Engine, url: string, act: SwarmAct): Promise<readonly SwarmBackend[]> {
  const { clock } = engine.outside;
  const { startSeconds } = engine.config.service;
  const untilMs = clock.monotonicMs() + startSeconds * 1_000;
  for (;;) {
    const now = await ownBackends(engine, url);
    const waited =
      act === 'stop' ? now.filter((one) => one.isEnabled) : now.filter((one) => one.isEnabled && !isReady(one));
    if (waited.length === 0) return now;
    const failed = waited.filter(({ status }) => status === 'errored');
    if (failed.length > 0 || clock.monotonicMs() >= untilMs) {
      const told = waited.map(({ id, status }) => `backend ${id} is ${status}`).join(', ');
      throw new Fault('INSTANCE_UNHEALTHY', `SwarmUI was asked to ${act}, and ${told} after up to ${startSeconds} s.`, {
        state: 'SwarmUI goes on by itself.',
        hints: [
          'orchestrate service status',
          'orchestrate service logs',
          'Look at Server, Logs in the window of SwarmUI.',
        ],
      });
    }
    await clock.sleep(lookEveryMs);
  }
}
