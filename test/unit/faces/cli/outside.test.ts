import { describe, expect, it } from 'vitest';

import { fakeStreams } from '../../../support/fake-streams.ts';
import { modelsAdded, outsideScene, packAdded } from '../../../support/outside-facts.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import { addRun, endRun } from '../../../support/scene-rows.ts';

const screen = async (...argv: string[]): Promise<string> => (await orchestrate(outsideScene(), argv)).out;

describe('outside changes', () => {
  it('are listed with what moved, when, and who, as far as a fact says so', async () => {
    expect(await screen('outside', 'list')).toMatchInlineSnapshot(`
      "! o1  rgthree-comfy was added (1.0.2)
           2026-08-23 11:42Z · probably ComfyUI-Manager: it wrote .tracking into the pack, as it does for a registry install
      ! o2  2 packages of the borrowed environment moved: numpy 2.0.0 → 1.26.4, opencv-python 4.10.0 added
           some time after 2026-08-20 09:00Z · probably pip: INSTALLER of the packages says pip
      · o3  models/loras changed (3 files, 1.0 MB → 4 files, 2.0 MB)
           some time after 2026-08-20 09:00Z · by whom is unknown
           not to be kept: models stay where they are: they are told, never taken

      next: orchestrate outside keep --all
      next: orchestrate outside discard o1
      "
    `);
  });

  it('are shown one by one', async () => {
    expect(await screen('outside', 'show', 'o2')).toMatchInlineSnapshot(`
      "! o2  2 packages of the borrowed environment moved: numpy 2.0.0 → 1.26.4, opencv-python 4.10.0 added
           some time after 2026-08-20 09:00Z · probably pip: INSTALLER of the packages says pip
         /srv/ComfyUI/venv/bin/python #10
         numpy 2.0.0 → 1.26.4
         opencv-python 4.10.0 added

      next: orchestrate outside keep o2
      "
    `);
  });

  it('have a line in status and in service status, with the command to type', async () => {
    expect((await screen('status')).split('\n').find((line) => line.startsWith('outside'))).toBe(
      'outside  2 changes not kept: ComfyUI-Manager added rgthree-comfy, pip moved 2 packages · orchestrate outside list',
    );
    expect(await screen('service', 'status')).toContain('pip moved 2 packages · orchestrate outside list');
    expect(await screen('doctor')).toContain('→ orchestrate outside list');
  });

  it('that are none of status’s business are no line there', async () => {
    const { out } = await orchestrate(outsideScene([modelsAdded]), ['status']);
    expect(out).not.toContain('outside');
  });

  it('do nothing to a terminal, whatever a pack is called', async () => {
    const name = 'evil\u001B[2J\u202E\n$(reboot)';
    const { out } = await orchestrate(outsideScene([{ ...packAdded, name, subject: `custom_nodes/${name}` }]), [
      'outside',
      'list',
    ]);
    expect(out).not.toMatch(/[\u001B\u202E]/u);
    expect(out).toContain(String.raw`evil\x1b[2J\u{202e}\n$(reboot)`);
  });

  it.each([
    [['outside', 'keep'], 'USAGE_BAD_ARGUMENT'],
    [['outside', 'discard'], 'USAGE_BAD_ARGUMENT'],
    [['outside', 'keep', 'o1', '--all'], 'USAGE_BAD_ARGUMENT'],
    [['outside', 'keep', 'x1'], 'USAGE_BAD_ARGUMENT'],
    [['outside', 'keep', 'o9'], 'OUTSIDE_NOT_FOUND'],
    [['outside', 'keep', 'o3'], 'NOTHING_TO_DO'],
    [['outside', 'show', 'o9'], 'OUTSIDE_NOT_FOUND'],
  ])('%j is refused as %s before anything is asked', async (argv, code) => {
    const { out, app } = await orchestrate(outsideScene(), [...argv, '--json']);
    expect((JSON.parse(out) as { error: { code: string } }).error.code).toBe(code);
    expect(app.asked.map(({ kind }) => kind).filter((kind) => kind !== 'outside.look')).toEqual([]);
  });
});

describe('before a run, at a terminal', () => {
  const asking = async (answers: readonly string[], argv: readonly string[] = ['run', 'upgrade pytorch']) => {
    const scene = outsideScene();
    let n = 0;
    const result = await orchestrate(scene, argv, {
      streams: fakeStreams({ answers: [...answers] }),
      onAsk: (kind) => {
        if (kind !== 'run.start') return null;
        const run = `r${(n += 1)}`;
        addRun(scene, run, 'a goal', 'work');
        endRun(scene, run, 'previewing', 'done');
        return run;
      },
    });
    const goals = result.app.asked.flatMap(({ kind, data }) =>
      kind === 'run.start' ? [(data as { goal: string }).goal] : [],
    );
    return { ...result, goals };
  };

  it('they are shown and kept with a yes, or the key return, before what was asked for', async () => {
    for (const answer of ['', 'y', 'Yes']) {
      const { goals, err } = await asking([answer]);
      expect(goals).toEqual(['keep outside changes o1, o2', 'upgrade pytorch']);
      expect(err).toContain(
        '! changed outside since restore/0000: ComfyUI-Manager added rgthree-comfy, pip moved 2 packages',
      );
    }
  });

  it('a no, anything else and Ctrl-C leave them', async () => {
    for (const answers of [['n'], ['what'], []]) expect((await asking(answers)).goals).toEqual(['upgrade pytorch']);
  });

  it.each(['--yes', '--dry-run', '--detach', '--json'])(
    'nobody is asked with %s, and nothing is kept',
    async (option) => {
      const { goals, app } = await asking([''], ['run', 'upgrade pytorch', option]);
      expect(goals).toEqual(['upgrade pytorch']);
      expect(app.asked.map(({ kind }) => kind)).not.toContain('outside.look');
    },
  );
});
