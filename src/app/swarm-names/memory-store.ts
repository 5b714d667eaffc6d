import { z } from 'zod';

import { forget, memoryKeyField, namespaceField, retrieve, store, ttlField } from './_memory-names.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** `memory_store` */
export const memoryStore = defineSwarmName({
  name: 'memory_store',
  summary: 'Keep a text in memory, below programs/: a new version of what is there, which stays readable.',
  effect: 'write',
  input: z.strictObject({
    key: memoryKeyField,
    value: z.string().min(1).max(1_000_000).describe('The text.'),
    namespace: namespaceField,
    ttl: ttlField,
    upsert: z.boolean().default(true).describe('False: only where nothing is stored yet.'),
    tags: notTaken('entries are found by their words; put what matters into the text'),
  }),
  run: (app, { key, value, namespace, ttl, upsert }) => store(app, { key, value, namespace, ttl, replaces: upsert }),
});

/** `memory_retrieve` */
export const memoryRetrieve = defineSwarmName({
  name: 'memory_retrieve',
  summary: 'What a program stored under a key, else the entry of memory with this very key.',
  effect: 'read',
  input: z.strictObject({ key: memoryKeyField, namespace: namespaceField }),
  run: retrieve,
});

/** `memory_delete` */
export const memoryDelete = defineSwarmName({
  name: 'memory_delete',
  summary: 'Take away what programs stored under a key; its versions stay, and `memory revert` brings it back.',
  effect: 'write',
  input: z.strictObject({ key: memoryKeyField, namespace: namespaceField }),
  run: forget,
});
