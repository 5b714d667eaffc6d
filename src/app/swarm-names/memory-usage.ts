import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { programFolder } from '../../domain/memory/standard.ts';
import { memoryList } from '../operations/memory-list.ts';
import { memorySearch } from '../operations/memory-search.ts';
import { forget, memoryKeyField, namespaceField, retrieve, store, ttlField } from './_memory-names.ts';
import { defineSwarmName } from './swarm-name.ts';

/** `memory_usage` */
export const memoryUsage = defineSwarmName({
  name: 'memory_usage',
  summary:
    'Store, retrieve, list, delete or search what programs keep in memory: plain files below memory/programs/, each with all its versions.',
  effect: 'write',
  input: z.strictObject({
    action: z.enum(['store', 'retrieve', 'list', 'delete', 'search']).describe('What to do.'),
    key: memoryKeyField.optional().describe('For store, retrieve and delete; for search, the words.'),
    value: z.string().min(1).max(1_000_000).optional().describe('For store.'),
    namespace: namespaceField,
    ttl: ttlField,
    detail: z.boolean().default(false).describe('For list: what is known about each, not the keys alone.'),
  }),
  async run(app, { action, key, value, namespace, ttl, detail }) {
    const needed = <Value>(given: Value | undefined, name: string): Value => {
      if (given !== undefined) return given;
      throw new Fault('USAGE_BAD_ARGUMENT', `memory_usage: ${action} needs ${name}.`, { state: 'Nothing was done.' });
    };
    switch (action) {
      case 'store':
        return store(app, {
          key: needed(key, 'a key'),
          value: needed(value, 'a value'),
          namespace,
          ttl,
          replaces: true,
        });
      case 'retrieve':
        return retrieve(app, { key: needed(key, 'a key'), namespace });
      case 'delete':
        return forget(app, { key: needed(key, 'a key'), namespace });
      case 'list': {
        const { entries, next } = await memoryList.run(
          app,
          memoryList.input.parse({ prefix: programFolder + namespace }),
        );
        const shown = detail ? entries : entries.map((entry) => entry.key);
        return { output: { namespace, entries: shown, next, record: { entries: entries.length } } };
      }
      case 'search': {
        const input = { words: needed(key, 'words as its key'), scope: programFolder + namespace };
        const { hits } = await memorySearch.run(app, memorySearch.input.parse(input));
        return { output: { namespace, hits, record: { entries: hits.length } } };
      }
    }
  },
});
