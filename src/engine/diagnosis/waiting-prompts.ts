import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { WaitingPrompt } from '../../domain/diagnosis/impact.ts';
import { graphModels } from '../../domain/usage/graph-models.ts';
import { graphClasses } from '../../domain/usage/graph-shape.ts';
import type { EngineContext } from '../context.ts';
import { productionOnRecord } from '../health/answer.ts';
import { queueFile } from '../instances/prompts.ts';
import { baseUrl } from '../instances/start.ts';

/** A server that hangs keeps no finding from being told. */
const answerMs = 2_000;

/**
 * Returns the prompts that production works on or has in its queue; of one that does not answer those of the copy that was made of its
 * queue. Undefined where neither is to be had. Reads only.
 */
export async function waitingPrompts(context: EngineContext): Promise<readonly WaitingPrompt[] | undefined> {
  const { instance, port } = productionOnRecord(context);
  if (context.config.template !== 'comfyui') return undefined;
  const queued = port === null ? undefined : await queueOf(context, port);
  return (queued ?? (instance === null ? undefined : await copyOf(context, instance)))?.map(waiting);
}

async function queueOf({ outside }: EngineContext, port: number): Promise<readonly JsonObject[] | undefined> {
  try {
    const { active, pending } = await outside.service.queue(baseUrl(port), { timeoutMs: answerMs });
    return [...active, ...pending];
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

async function copyOf(context: EngineContext, instance: string): Promise<readonly JsonObject[] | undefined> {
  const text = await context.outside.files.readText(queueFile(context, instance));
  return text === undefined ? undefined : (JSON.parse(text) as JsonObject[]);
}

function waiting(prompt: JsonObject): WaitingPrompt {
  const graph = asObject(prompt['prompt']);
  const client = asObject(prompt['extra_data'])['client_id'];
  return {
    client: typeof client === 'string' ? client : null,
    classes: graphClasses(graph),
    models: graphModels(graph),
  };
}

const asObject = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
