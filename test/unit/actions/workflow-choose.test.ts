import { expect, it } from 'vitest';

import { restoreChoose } from '../../../src/actions/restore-choose.ts';
import { workflowAdd } from '../../../src/actions/workflow-add.ts';
import { workflowChoose } from '../../../src/actions/workflow-choose.ts';
import { createWorld } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

it('says of a run of workflows that it changes nothing, and of one that is added that it does', async () => {
  const context = await planningContext(await createWorld());
  expect(await workflowChoose.plan(context, { name: '' })).toMatchObject({ changesNothing: true, files: [] });
  const graph = '{"1":{"class_type":"EmptyImage","inputs":{}}}';
  expect(await workflowAdd.plan(context, workflowAdd.input.parse({ name: 'draw', graph }))).toMatchObject({
    changesNothing: false,
  });
  const drilled = { ...context, pointName: async () => '0000-adopted' };
  expect(await restoreChoose.plan(drilled, { point: '0' })).toMatchObject({ changesNothing: true });
});
