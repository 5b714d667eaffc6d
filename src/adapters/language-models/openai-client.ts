import type { OpenAI } from 'openai';

import { sdkOptions, type Exchange } from './dialect.ts';

/** Creates a client of OpenAI's SDK for one call. Nothing is taken from the environment. */
export async function openAiClient({ call, key, fetch }: Exchange): Promise<OpenAI> {
  const { OpenAI: Client } = await import('./openai-sdk.apart.ts');
  return new Client({
    ...sdkOptions,
    baseURL: call.provider.url,
    // A server that wants none is sent a word that says so.
    apiKey: key ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch,
  });
}
