import { describe, expect, it } from 'vitest';

import { templateChoose } from '../../../src/actions/template-choose.ts';
import { mergeArguments } from '../../../src/domain/kits/merge-arguments.ts';
import { createWorld, definitions } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

async function plan(files: readonly object[], startArguments: readonly string[] = [], config = '') {
  const world = await createWorld(config === '' ? {} : { service: ['mode: managed', `args: ${config}`] });
  const context = { ...(await planningContext(world)), definitions };
  return templateChoose.plan(context, {
    template: 'gpu',
    files: JSON.stringify(files),
    arguments: JSON.stringify(startArguments),
  });
}

describe('template.choose', () => {
  it('plans the files as they were given, and what is there already is left out', async () => {
    const draft = await plan([{ path: 'ops/gpu.md', text: 'a\nb\n' }]);
    expect(draft.files).toEqual([{ path: 'ops/gpu.md', text: 'a\nb\n' }]);
    expect(draft.notes).toEqual(['adds ops/gpu.md: 2 lines']);
    const same = plan([{ path: 'extra_model_paths.yaml', text: '# Where models live.\n' }]);
    await expect(same).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });

  it('sets start arguments in the configuration, beside those that are there', async () => {
    const draft = await plan(
      [],
      ['--reserve-vram', '0.8', '--highvram'],
      '[--lowvram, --reserve-vram, "2", --verbose]',
    );
    expect(draft.notes).toEqual(['orchestrate.yaml: service.args becomes --verbose --reserve-vram 0.8 --highvram']);
    expect(draft.files?.map(({ path }) => path)).toEqual(['orchestrate.yaml']);
    await expect(plan([], ['--listen', '0.0.0.0'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each([
    ['climbs out', '../x', /leaves its folder/],
    ['is absolute', '/etc/passwd', /not relative/],
    ['decides what agents do', 'playbooks/x.yaml', /decides what agents do/],
    ['is of no tree', 'src/x.py', /in the scope of no tree/],
  ])('refuses a path that %s', async (_, path, says) => {
    await expect(plan([{ path, text: 'x' }])).rejects.toMatchObject({
      code: 'SCOPE_EXCEEDED',
      message: expect.stringMatching(says) as string,
      state: 'Nothing was changed.',
    });
  });

  it('refuses files that no one tree may write together', async () => {
    const both = [
      { path: 'ops/x.md', text: '' },
      { path: 'docs/env-setup/x.md', text: '' },
    ];
    await expect(plan(both)).rejects.toMatchObject({ code: 'SCOPE_EXCEEDED' });
  });

  it('says where the files come from when none were given', async () => {
    const context = { ...(await planningContext(await createWorld())), definitions };
    await expect(templateChoose.plan(context, { template: 'gpu', files: '', arguments: '[]' })).rejects.toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
      hints: ['orchestrate templates apply gpu'],
    });
  });
});

describe('arguments of a start', () => {
  it('are set once: another value of the flag goes, and what it excludes', () => {
    expect(mergeArguments(['--cuda-device', '0', '--lowvram'], ['--cuda-device', '1'])).toEqual([
      '--lowvram',
      '--cuda-device',
      '1',
    ]);
    expect(mergeArguments(['--cuda-device=0', '--novram'], ['--cuda-device', '1', '--cpu'])).toEqual([
      '--cuda-device',
      '1',
      '--cpu',
    ]);
  });
});
