import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { playbookHead, playbookHeadSchema } from '../views/playbook-view.ts';
import { faultsOfKind, loadDefinitions, nBrokenField } from './_definitions.ts';

/** `orchestrate playbooks list` */
export const playbooksList = defineOperation({
  name: 'playbooks list',
  summary: 'List the playbooks: the goals that people can type, and the topics that start them.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({ playbooks: z.array(playbookHeadSchema).describe('By id.'), nBroken: nBrokenField }),
  examples: [{ command: 'orchestrate playbooks list', explains: 'What `orchestrate run` understands.' }],
  async run(app) {
    const { definitions, faults } = await loadDefinitions(app);
    return {
      playbooks: [...definitions.playbooks.values()].map(playbookHead),
      nBroken: faultsOfKind(faults, 'playbooks').length,
    };
  },
});
