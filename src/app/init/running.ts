import { Fault } from '../../base/fault.ts';
import { readStartCommand, type StartCommand } from '../../domain/instances/start-command.ts';
import type { App } from '../app.ts';

/** What a running server and its process say. */
export interface RunningServer {
  readonly start: StartCommand;
  readonly environment: { readonly python: string; readonly how: string } | null;
  readonly notes: readonly string[];
}

const state = 'Nothing was written; the server was only asked.';

/**
 * Asks a running server how it was started, and the machine which interpreter its process was started with.
 * Faults: `USAGE_BAD_ARGUMENT`, `SERVICE_NOT_RUNNING` when nothing answers or it ended while it was asked,
 * `INSTANCE_NOT_PROVEN` when it cannot be told who listens.
 */
export async function askRunning(app: App, address: string): Promise<RunningServer> {
  const { service, ports } = app.outside;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHere = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === undefined || url.protocol !== 'http:' || !isHere || url.port === '')
    throw new Fault('USAGE_BAD_ARGUMENT', `--running ${address} is no address of a server on this machine.`, {
      hints: ['--running http://127.0.0.1:8188'],
      state,
    });
  const facts = await service.facts(`http://127.0.0.1:${url.port}`);
  if (facts === undefined) throw silent(address, 'Nothing answers there as ComfyUI does');
  const holder = await ports.holder(Number(url.port));
  if (holder.kind === 'free') throw silent(address, 'The server ended while it was asked');
  const [owner, second] = holder.owners;
  if (owner === undefined || second !== undefined)
    throw new Fault('INSTANCE_NOT_PROVEN', `It cannot be told which process answers at ${address}.`, {
      hints: ['orchestrate init <home> --comfyui <folder> --environment <folder>'],
      state,
    });
  const started = await ports.startOf(owner);
  const start = readStartCommand(facts.argv, started?.cwd ?? null);
  if (start === undefined)
    throw new Fault(
      'INSTANCE_NOT_PROVEN',
      `The server at ${address} was not started from a main.py: ${facts.argv[0] ?? ''}`,
      {
        hints: ['orchestrate init <home> --comfyui <folder that holds main.py>'],
        state,
      },
    );
  const dropped = start.dropped.map((flag) => `${flag} is left out: orchestrate sets it, or it would open the service`);
  if (started === undefined)
    return {
      start,
      environment: null,
      notes: [...dropped, `which interpreter process ${owner.pid} runs cannot be told here: name it by --environment`],
    };
  const how = `what process ${owner.pid} at ${address} was started with`;
  return { start, environment: { python: started.program, how }, notes: dropped };
}

const silent = (address: string, what: string): Fault =>
  new Fault('SERVICE_NOT_RUNNING', `${what}: ${address}`, {
    hints: ['Start it, or name its folder: orchestrate init <home> --comfyui <folder>'],
    state,
  });
