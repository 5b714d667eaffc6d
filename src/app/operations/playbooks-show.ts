import { z } from 'zod';

import type { Playbook } from '../../domain/definitions/types.ts';
import { defineOperation } from '../operation.ts';
import { playbookSchema, playbookView } from '../views/playbook-view.ts';
import { loadDefinitions, requireDefinition } from './_definitions.ts';

/** `orchestrate playbooks show <id>` */
export const playbooksShow = defineOperation({
  name: 'playbooks show',
  summary: 'Show a playbook: its inputs, and its steps with who does each.',
  effect: 'read',
  needs: 'home',
  input: z.object({ id: z.string().describe('The playbook.') }),
  output: playbookSchema,
  positional: ['id'],
  examples: [
    { command: 'orchestrate playbooks show upgrade-pytorch', explains: 'What an upgrade does, step by step.' },
  ],
  async run(app, { id }) {
    const found = await loadDefinitions(app);
    return playbookView(requireDefinition<Playbook>(found, { kind: 'playbooks', id, code: 'PLAYBOOK_NOT_FOUND' }));
  },
});
