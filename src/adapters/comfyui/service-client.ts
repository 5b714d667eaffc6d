import { stripVTControlCharacters } from 'node:util';

import { Fault } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import type { ServiceClient, ServiceFacts } from '../../ports/service-client.ts';
import type { Clock } from '../../ports/system.ts';
import { callJson, listOf, objectOf, textOf } from './http.ts';
import { loadQueue, requeue } from './prompt-queue.ts';
import { runWorkflow } from './run-workflow.ts';

/** A server that is busy with a picture still answers this in milliseconds. */
const factsTimeoutMs = 5000;

/** Creates the client of ComfyUI. It keeps no connection between calls. */
export function createServiceClient({ clock }: { clock: Clock }): ServiceClient {
  return {
    facts: (baseUrl) => orWhenSilent(loadFacts(baseUrl), undefined),
    async nodeClasses(baseUrl) {
      return Object.keys(objectOf(await callJson(baseUrl, '/api/object_info', { timeoutMs: 60_000 }))).sort();
    },
    runWorkflow: (baseUrl, graph, options) => runWorkflow(clock, baseUrl, graph, options),
    queue: loadQueue,
    requeue,
    logTail: (baseUrl, nLines) => orWhenSilent(loadLog(baseUrl, nLines), []),
  };
}

async function loadFacts(baseUrl: string): Promise<ServiceFacts | undefined> {
  const stats = objectOf(await callJson(baseUrl, '/api/system_stats', { timeoutMs: factsTimeoutMs }));
  const system = objectOf(stats['system']);
  if (typeof system['comfyui_version'] !== 'string') return undefined; // Something else answers there.
  const device = objectOf(listOf(stats['devices'])[0]);
  return {
    comfyuiVersion: system['comfyui_version'],
    pythonVersion: textOf(system['python_version']),
    pytorchVersion: textOf(system['pytorch_version']),
    argv: listOf(system['argv']).map(textOf),
    deviceType: textOf(device['type']),
    deviceName: textOf(device['name']),
  };
}

async function loadLog(baseUrl: string, nLines: number): Promise<readonly string[]> {
  const log = objectOf(await callJson(baseUrl, '/internal/logs/raw'));
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
