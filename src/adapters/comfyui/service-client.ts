import { stripVTControlCharacters } from 'node:util';

import { Fault } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import type { NodeSource } from '../../domain/instances/node-packs.ts';
import type { ServiceClient, ServiceDevice, ServiceFacts } from '../../ports/service-client.ts';
import type { Clock } from '../../ports/system.ts';
import { createAbilities } from './abilities.ts';
import { cancelNamed } from './cancel-prompt.ts';
import { loadEnded } from './ended-prompts.ts';
import { callJson, listOf, objectOf, textOf } from './http.ts';
import { loadEnding } from './prompt-ending.ts';
import { freeModels, interrupt, loadQueue, requeue, unqueue } from './prompt-queue.ts';
import { loadRanGraphs } from './ran-graphs.ts';
import { runWorkflow } from './run-workflow.ts';
import { upload } from './upload.ts';

/** A server that is busy with a picture still answers this in milliseconds. */
const factsTimeoutMs = 5000;

/** Creates the client of ComfyUI. It keeps no connection between calls, and in mind what each server can. */
export function createServiceClient({ clock }: { clock: Clock }): ServiceClient {
  const abilities = createAbilities();
  return {
    facts: (baseUrl, options) => orWhenSilent(loadFacts(baseUrl, options?.timeoutMs ?? factsTimeoutMs), undefined),
    abilities: (baseUrl) => orWhenSilent(abilities.anew(baseUrl), undefined),
    async nodeClasses(baseUrl) {
      return (await loadSources(baseUrl)).map(({ nodeClass }) => nodeClass);
    },
    nodeSources: loadSources,
    runWorkflow: (baseUrl, graph, options) => runWorkflow({ clock, abilities }, baseUrl, graph, options),
    upload,
    queue: loadQueue,
    requeue,
    unqueue,
    interrupt,
    ranGraphs: loadRanGraphs,
    cancel: (baseUrl, promptId) => cancelNamed(clock, baseUrl, promptId),
    history: (baseUrl, promptId) => loadEnding(abilities, baseUrl, promptId),
    ended: (baseUrl, options) => loadEnded(abilities, baseUrl, options),
    free: freeModels,
    logTail: (baseUrl, nLines, options) => orWhenSilent(loadLog(baseUrl, nLines, options), []),
  };
}

async function loadFacts(baseUrl: string, timeoutMs: number): Promise<ServiceFacts | undefined> {
  const stats = objectOf(await callJson(baseUrl, '/api/system_stats', { timeoutMs }));
  const system = objectOf(stats['system']);
  if (typeof system['comfyui_version'] !== 'string') return undefined; // Something else answers there.
  const devices = listOf(stats['devices']).map(deviceOf);
  return {
    comfyuiVersion: system['comfyui_version'],
    pythonVersion: textOf(system['python_version']),
    pytorchVersion: textOf(system['pytorch_version']),
    argv: listOf(system['argv']).map(textOf),
    deviceType: devices[0]?.type ?? '',
    deviceName: devices[0]?.name ?? '',
    devices,
  };
}

async function loadSources(baseUrl: string): Promise<readonly NodeSource[]> {
  const told = objectOf(await callJson(baseUrl, '/api/object_info', { timeoutMs: 60_000 }));
  return Object.keys(told)
    .sort()
    .map((nodeClass) => {
      const module = objectOf(told[nodeClass])['python_module'];
      return { nodeClass, module: typeof module === 'string' ? module : null };
    });
}

function deviceOf(told: Json): ServiceDevice {
  const device = objectOf(told);
  const bytes = (name: string): number => {
    const value = device[name];
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
  };
  return {
    type: textOf(device['type']),
    name: textOf(device['name']),
    memoryBytes: bytes('vram_total'),
    freeBytes: bytes('vram_free'),
  };
}

async function loadLog(
  baseUrl: string,
  nLines: number,
  options: { timeoutMs?: number } = {},
): Promise<readonly string[]> {
  const log = objectOf(await callJson(baseUrl, '/internal/logs/raw', options));
  const text = listOf(log['entries'])
    .map((entry: Json) => textOf(objectOf(entry)['m']))
    .join('');
  // Progress lines end with a carriage return only.
  const lines = stripVTControlCharacters(text)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '');
  return nLines > 0 ? lines.slice(-nLines) : [];
}

async function orWhenSilent<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return otherwise;
    throw error;
  }
}
