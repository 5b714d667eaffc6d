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

it('refuses a workflow whose picture is not on the branch, and takes it once it is', async () => {
  const graph = '{"1":{"class_type":"LoadImage","inputs":{"image":"photo.png"}}}';
  const plan = async (inputs: Readonly<Record<string, string>>) => {
    const context = await planningContext(await createWorld({ inputs }));
    return workflowAdd.plan(context, workflowAdd.input.parse({ name: 'retouch', graph }));
  };
  await expect(plan({})).rejects.toMatchObject({
    code: 'WORKFLOW_INPUT_MISSING',
    message: expect.stringContaining('reads the picture photo.png, which is not in workflows/inputs/.') as string,
    hints: ['Put the picture into workflows/inputs/ and commit it.'],
    state: 'Nothing was changed.',
  });
  expect(await plan({ 'photo.png': 'pixels' })).toMatchObject({ changesNothing: false });
});
