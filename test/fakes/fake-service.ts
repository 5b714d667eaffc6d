import { Fault } from '../../src/base/fault.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Ports } from '../../src/ports/network.ts';
import type {
  RanGraph,
  EndedPrompt,
  Picture,
  PromptEnding,
  Requeued,
  ServiceAbilities,
  ServiceClient,
  WorkflowOutcome,
} from '../../src/ports/service-client.ts';
import type { FakeFiles } from './fake-files.ts';
import type { FakePorts } from './fake-ports.ts';
import type { FakeProcesses, FakeService as FakeServiceProcess } from './fake-processes.ts';

/** How a started ComfyUI turns out. */
export interface FakeBoot {
  /** `dies`: its process is gone at the first question. `silent`: it lives and never answers. */
  readonly ends?: 'answers' | 'dies' | 'silent';
  readonly log?: readonly string[];
  readonly nodeClasses?: readonly string[];
  /** Module of a node class that is not ComfyUI's own. */
  readonly nodePacks?: Readonly<Record<string, string>>;
  readonly pytorchVersion?: string;
  readonly device?: string;
  /** Memory of its device, and what is free of it until the server is asked to free its own. */
  readonly memory?: { readonly bytes: number; readonly freeBytes: number };
  /** Posted prompts that it refuses, or takes in part, by their id. */
  readonly refuses?: Readonly<Record<string, 'refused' | 'partly'>>;
  /** Its own folder is missing from the start command that it tells. */
  readonly hidesFolder?: boolean;
  /** What it says that it can; the jobs of newer versions are left out by default. */
  readonly can?: Partial<ServiceAbilities>;
  /** `never`: it runs until it is taken back. */
  readonly runs?: (graph: JsonObject) => 'never' | (Partial<WorkflowOutcome> & { kind: WorkflowOutcome['kind'] });
}

export interface FakeService extends ServiceClient {
  /** Says how each start turns out; by default every one answers. */
  boot: (started: FakeServiceProcess) => FakeBoot;
  /** Puts prompts into the queue of the instance that answers on the port; they end with it. */
  enqueue(port: number, ...prompts: JsonObject[]): void;
  /** Lets the instance on the port work on a prompt, until it is finished or interrupted. */
  begin(port: number, prompt: JsonObject): void;
  finish(port: number, promptId: string): void;
  /** Puts an entry into the history of the instance that answers on the port; it is gone with it. */
  tell(port: number, ...ended: RanGraph[]): void;
  /** Ports of the servers that were asked to free their memory, in order. */
  readonly freed: number[];
  /** Prompts that were queued again, in order. */
  readonly requeued: { readonly port: number; readonly prompts: readonly JsonObject[] }[];
  /** Graphs that ran, in order. */
  readonly ran: { readonly port: number; readonly graph: JsonObject; readonly nonce: string }[];
  /** Pictures that were put into its input folder, in order. */
  readonly uploaded: {
    readonly port: number;
    readonly kind: 'image' | 'mask';
    readonly name: string;
    readonly sizeBytes: number;
  }[];
  /** Nonces of workflows whose prompt was taken back while they ran, in order. */
  readonly takenBack: string[];
  /** The ports of the machine: those that are held, and those on which a living instance listens. */
  readonly ports: Ports;
}

export const fakePicture: Picture = {
  filename: 'a.png',
  place: 'a.png',
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

  interface Queue {
    active: JsonObject[];
    pending: JsonObject[];
    readonly ended: Map<unknown, PromptEnding>;
    readonly told: RanGraph[];
    isFreed: boolean;
  }
  const queues = new Map<number, Queue>();
  const queueOf = ({ pid }: FakeServiceProcess): Queue => {
    const queue = queues.get(pid) ?? { active: [], pending: [], ended: new Map(), told: [], isFreed: false };
    queues.set(pid, queue);
    return queue;
  };
  const at = (port: number): Queue => queueOf(require(`http://127.0.0.1:${port}`).started);
  const end = (queue: Queue, promptId: string, ending: PromptEnding): void => {
    if (!queue.active.some((one) => one['prompt_id'] === promptId)) return;
    queue.active = queue.active.filter((one) => one['prompt_id'] !== promptId);
    queue.ended.set(promptId, ending);
  };

  const service: FakeService = {
    boot: () => ({}),
    enqueue: (port, ...prompts) => void at(port).pending.push(...prompts),
    begin: (port, prompt) => void at(port).active.push(prompt),
    finish: (port, promptId) => end(at(port), promptId, { kind: 'finished' }),
    tell: (port, ...ended) => void at(port).told.push(...ended),
    freed: [],
    requeued: [],
    ran: [],
    takenBack: [],
    uploaded: [],
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
      const { pytorchVersion = '2.8.0', hidesFolder = false, ...boot } = service.boot(started);
      const device = started.spec.args.includes('--cpu') ? 'cpu' : (boot.device ?? 'cpu');
      const { bytes, freeBytes } = boot.memory ?? { bytes: 16e9, freeBytes: 8e9 };
      const isFreed = queueOf(started).isFreed;
      const argv = hidesFolder ? ['main.py'] : started.spec.args;
      return {
        comfyuiVersion: '0.3.64',
        pythonVersion: '3.12.4',
        pytorchVersion,
        argv,
        deviceType: device,
        deviceName: device,
        devices: [{ type: device, name: device, memoryBytes: bytes, freeBytes: isFreed ? bytes : freeBytes }],
      };
    },
    async abilities(baseUrl) {
      const started = listener(Number(new URL(baseUrl).port));
      if (started === undefined) return undefined;
      const can = { prefix: '/api', jobs: false, previewMetadata: true, maxUploadBytes: 104_857_600 } as const;
      return { ...can, ...service.boot(started).can };
    },
    nodeClasses: async (baseUrl) => [...(require(baseUrl).boot.nodeClasses ?? ['KSampler', 'SaveImage'])].sort(),
    async nodeSources(baseUrl) {
      const { nodePacks = {} } = require(baseUrl).boot;
      const classes = await service.nodeClasses(baseUrl);
      return classes.map((nodeClass) => ({ nodeClass, module: nodePacks[nodeClass] ?? 'nodes' }));
    },
    async runWorkflow(baseUrl, graph, { nonce, signal }) {
      signal.throwIfAborted();
      const { port, started, boot } = require(baseUrl);
      service.ran.push({ port, graph, nonce });
      const outcome = boot.runs?.(graph) ?? { kind: 'ran' };
      if (outcome === 'never') {
        queueOf(started).active.push({ prompt_id: nonce, prompt: graph });
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        end(queueOf(started), nonce, { kind: 'interrupted' });
        service.takenBack.push(nonce);
        throw signal.reason;
      }
      if (outcome.kind === 'failed') {
        const fault = { code: 'WORKFLOW_NODE_FAILED', nodes: [] };
        return { fault, reason: 'a node failed', details: {}, ...outcome } as WorkflowOutcome;
      }
      return { promptId: nonce, durationMs: 2_000, pictures: [fakePicture], nFrames: 1, ...outcome } as WorkflowOutcome;
    },
    async upload(baseUrl, { kind, name, bytes }) {
      service.uploaded.push({ port: require(baseUrl).port, kind, name, sizeBytes: bytes.length });
      return null;
    },
    async queue(baseUrl) {
      const { active, pending } = queueOf(require(baseUrl).started);
      return { running: active.length, active: [...active], pending: [...pending] };
    },
    async requeue(baseUrl, prompts) {
      const { port, started, boot } = require(baseUrl);
      const outcomes = prompts.map((one): Requeued => {
        const promptId = one['prompt_id'] as string;
        const kind = boot.refuses?.[promptId] ?? 'accepted';
        return kind === 'accepted' ? { kind, promptId } : { kind, promptId, reason: 'SaveImage (node 9) was refused' };
      });
      const taken = prompts.filter((_, index) => outcomes[index]?.kind !== 'refused');
      queueOf(started).pending.push(...taken);
      service.requeued.push({ port, prompts: taken });
      return outcomes;
    },
    async unqueue(baseUrl, promptIds) {
      const queue = queueOf(require(baseUrl).started);
      queue.pending = queue.pending.filter((one) => !promptIds.includes(one['prompt_id'] as string));
    },
    interrupt: async (baseUrl, promptId) => end(queueOf(require(baseUrl).started), promptId, { kind: 'interrupted' }),
    async cancel(baseUrl, promptId) {
      const queue = queueOf(require(baseUrl).started);
      const has = (list: readonly JsonObject[]): boolean => list.some((one) => one['prompt_id'] === promptId);
      const was = has(queue.active) ? 'running' : has(queue.pending) ? 'waiting' : 'absent';
      end(queue, promptId, { kind: 'interrupted' });
      await service.unqueue(baseUrl, [promptId]);
      return was;
    },
    async ended(baseUrl, { limit }) {
      const { started, boot } = require(baseUrl);
      const all = [...queueOf(started).ended].map(([promptId, ending]): EndedPrompt => ({
        promptId: String(promptId),
        state: ending.kind === 'unknown' ? 'finished' : ending.kind,
        startedAtMs: null,
        durationMs: null,
        nOutputs: 0,
        picture: null,
        reason: ending.kind === 'failed' ? ending.reason : null,
      }));
      return { by: boot.can?.jobs === true ? 'jobs' : 'history', prompts: all.toReversed().slice(0, limit) };
    },
    history: async (baseUrl, promptId) => queueOf(require(baseUrl).started).ended.get(promptId) ?? { kind: 'unknown' },
    ranGraphs: async (baseUrl, { most }) => queueOf(require(baseUrl).started).told.slice(-most),
    async free(baseUrl) {
      const { port, started } = require(baseUrl);
      queueOf(started).isFreed = true;
      service.freed.push(port);
    },
    logTail: async () => [],
  };
  return service;
}
