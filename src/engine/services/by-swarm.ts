import { Fault } from '../../base/fault.ts';
import { isReady, isSelfStarted } from '../../domain/installation/swarm-ui.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { SwarmBackend } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

export type SwarmAct = 'restart' | 'start' | 'stop';

/** How often SwarmUI is asked how far it is. */
const lookEveryMs = 500;

/**
 * Asks SwarmUI to restart, start or stop the ComfyUI that it runs, and waits until it says that it did. Its process is SwarmUI's
 * child, and is never signalled from here. `request` names the effect: a repeat of the same request asks once.
 * Faults: `SERVICE_NOT_RUNNING` where SwarmUI does not answer, `SERVICE_NOT_OURS` where it starts no ComfyUI itself, `SWARM_REFUSED`,
 * `INSTANCE_UNHEALTHY` when a backend does not come up in time.
 */
export async function actBySwarm(
  engine: Engine,
  { url, act, request }: { readonly url: string; readonly act: SwarmAct; readonly request: number },
): Promise<readonly SwarmBackend[]> {
  const { swarm } = engine.outside;
  const before = await ownBackends(engine, url);
  for (const { id } of before.filter((one) => (act === 'restart' ? one.isEnabled : true)))
    await engine.perform(
      {
        key: `swarm:${request}:${id}`,
        name: `ask SwarmUI to ${act} its backend ${id}`,
        input: { url, backend: id, act },
        run: null,
      },
      {
        act: async () => {
          await (act === 'restart' ? swarm.restart(url, id) : swarm.toggle(url, id, act === 'start'));
          return {};
        },
      },
    );
  const after = await awaitDone(engine, url, act);
  const backends = after.map(({ id, status }) => ({ id, status }));
  await engine.ledger.append([row('service.bySwarm', { act, url, backends }, { keys: ['swarm'] })]);
  return after;
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
