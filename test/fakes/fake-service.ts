import { Fault } from '../../src/base/fault.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Ports } from '../../src/ports/network.ts';
import type { Picture, ServiceClient, WorkflowOutcome } from '../../src/ports/service-client.ts';
import type { FakeFiles } from './fake-files.ts';
import type { FakePorts } from './fake-ports.ts';
import type { FakeProcesses, FakeService as FakeServiceProcess } from './fake-processes.ts';

/** How a started ComfyUI turns out. */
export interface FakeBoot {
  /** `dies`: its process is gone at the first question. `silent`: it lives and never answers. */
  readonly ends?: 'answers' | 'dies' | 'silent';
  readonly log?: readonly string[];
  readonly nodeClasses?: readonly string[];
  readonly pytorchVersion?: string;
  readonly device?: string;
  /** Its own folder is missing from the start command that it tells. */
  readonly hidesFolder?: boolean;
  readonly runs?: (graph: JsonObject) => Partial<WorkflowOutcome> & { kind: WorkflowOutcome['kind'] };
}

export interface FakeService extends ServiceClient {
  /** Says how each start turns out; by default every one answers. */
  boot: (started: FakeServiceProcess) => FakeBoot;
  /** Puts prompts into the queue of the instance that answers on the port; they end with it. */
  enqueue(port: number, ...prompts: JsonObject[]): void;
  /** Prompts that were queued again, in order. */
  readonly requeued: { readonly port: number; readonly prompts: readonly JsonObject[] }[];
  /** Graphs that ran, in order. */
  readonly ran: { readonly port: number; readonly graph: JsonObject; readonly nonce: string }[];
  /** The ports of the machine: those that are held, and those on which a living instance listens. */
  readonly ports: Ports;
}

export const fakePicture: Picture = {
  filename: 'a.png',
  widthPx: 64,
  heightPx: 64,
  isFlat: false,
  sha256: 'ab'.repeat(32),
  sizeBytes: 1_000,
};

/** ComfyUI in memory: it answers on the port that a living fake process was started with. */
export function createFakeService(options: {
  processes: FakeProcesses;
  ports: FakePorts;
  files: FakeFiles;
}): FakeService {
  const { processes, ports, files } = options;
  processes.program('python', () => ({}));

  const portOf = ({ spec }: FakeServiceProcess): number => Number(spec.args[spec.args.indexOf('--port') + 1]);
  const listener = (port: number): FakeServiceProcess | undefined => {
    const living = processes.services.filter((one) => one.isAlive && portOf(one) === port);
    for (const one of living) {
      const { ends = 'answers', log = [] } = service.boot(one);
      if (log.length > 0) files.put(one.spec.logPath, `${log.join('\n')}\n`);
      if (ends === 'dies') one.isAlive = false;
      if (ends === 'answers') return one;
    }
    return undefined;
  };
  const require = (baseUrl: string): { port: number; started: FakeServiceProcess; boot: FakeBoot } => {
    const port = Number(new URL(baseUrl).port);
    const started = listener(port);
    if (started === undefined) throw new Fault('INSTANCE_UNHEALTHY', `Nothing answers on ${baseUrl}.`);
    return { port, started, boot: service.boot(started) };
  };

  const queues = new Map<number, JsonObject[]>();
  const queueOf = ({ pid }: FakeServiceProcess): JsonObject[] => {
    const queue = queues.get(pid) ?? [];
    queues.set(pid, queue);
    return queue;
  };

  const service: FakeService = {
    boot: () => ({}),
    enqueue: (port, ...prompts) => void queueOf(require(`http://127.0.0.1:${port}`).started).push(...prompts),
    requeued: [],
    ran: [],
    ports: {
      startOf: (owner) => ports.startOf(owner),
      isFree: async (port) => (await ports.isFree(port)) && listener(port) === undefined,
      async holder(port) {
        const held = await ports.holder(port);
        if (held.kind === 'held') return held;
        const one = listener(port);
        if (one === undefined) return { kind: 'free' };
        return {
          kind: 'held',
          owners: [{ pid: one.pid, startTime: one.startTime, argv: [one.spec.program, ...one.spec.args] }],
        };
      },
    },
    async facts(baseUrl) {
      const started = listener(Number(new URL(baseUrl).port));
      if (started === undefined) return undefined;
      const { pytorchVersion = '2.8.0', device = 'cpu', hidesFolder = false } = service.boot(started);
      const argv = hidesFolder ? ['main.py'] : started.spec.args;
      return {
        comfyuiVersion: '0.3.64',
        pythonVersion: '3.12.4',
        pytorchVersion,
        argv,
        deviceType: device,
        deviceName: device,
      };
    },
    nodeClasses: async (baseUrl) => [...(require(baseUrl).boot.nodeClasses ?? ['KSampler', 'SaveImage'])].sort(),
    async runWorkflow(baseUrl, graph, { nonce }) {
      const { port, boot } = require(baseUrl);
      service.ran.push({ port, graph, nonce });
      const outcome = boot.runs?.(graph) ?? { kind: 'ran' };
      if (outcome.kind === 'failed') return { reason: 'a node failed', details: {}, ...outcome } as WorkflowOutcome;
      return { promptId: nonce, durationMs: 2_000, pictures: [fakePicture], nFrames: 1, ...outcome } as WorkflowOutcome;
    },
    async queue(baseUrl) {
      return { running: 0, pending: [...queueOf(require(baseUrl).started)] };
    },
    async requeue(baseUrl, prompts) {
      const { port, started } = require(baseUrl);
      queueOf(started).push(...prompts);
      service.requeued.push({ port, prompts });
      return prompts.length;
    },
    logTail: async () => [],
  };
  return service;
}
