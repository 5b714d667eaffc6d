import { describe, expect, it } from 'vitest';

import { markdownCode, markdownText } from '../../../../src/app/reports/escape.ts';
import { sessionReport } from '../../../../src/app/reports/markdown.ts';
import { doneScene, failedScene, installedScene, undoneScene, waitingScene } from '../../../support/journal-scene.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';
import { addRun, endRun } from '../../../support/scene-rows.ts';

const home = '/home/anna/my home';
const reportOf = (scene: SceneLedger, run: string): string => sessionReport(scene.ledger, { run, home });

describe('a session report', () => {
  it('tells what changed, what was previewed, done, proven and not proven, and how to take it back', () => {
    expect(reportOf(doneScene(), 'r1')).toMatchInlineSnapshot(`
      "# r1: upgrade pytorch

      Ended as **done**. Asked for by anna, 2026-08-23 12:00:10Z, 2m48 s #9

      ## What changed

      - torch 2.8.0 → 2.11.0 #68
      - torchvision 0.23.0 → 0.26.0 #68
      - requirements.lock changed #50
      - docs/env-setup/torch.md added #50
      - restore/0001-upgrade-pytorch names 9d0f1b2 #68
      - main 7c1e2a4 → 9d0f1b2 (c1) #69
      - 2 files of home written #70
      - production switched, i3, down 18 s #73

      ## What was previewed

      - Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0 #11
      - download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve #11
      - torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0 #11
      - not torch 2.14.1: 6 days old, you ask for 14 #11
      - 1 lock   Choose versions · env-setup #11
      - 2 build  Build the environment · env-setup #11
      - 3 boot   Boot ComfyUI · env-setup #11
      - 4 smoke  Run your workflows · env-setup #11
      - ! CUDA is not tried: this machine has no GPU #11

      ## What was done

      - r1.lock done in 14 s: torch 2.8.0 → 2.11.0, 6 packages locked with hashes #19
      - r1.build done in 14 s: environment e1d2c3b4a596 built, 6 wheels, 2 downloaded #28
      - r1.boot done in 14 s: env-setup on :8191 (8188 is your production); pid 48121 proven; 0 node classes lost #37
      - r1.smoke done in 14 s: 3/3 ran; sdxl-portrait 22.1 → 20.4 s; pictures not flat #46

      ## What was proven

      - exact tree a81f03d444444444444444444444444444444444 on 7c1e2a4000000000000000000000000000000000: proven #58
      - boot (api): booted on :8191 in 14 s, pid 48121 proven; torch 2.11.0 on cpu; 2 node classes; no failed imports #56
      - smoke (generation): 1/1 ran on cpu; sdxl-portrait 20 s, 1 picture #57

      ## What was not proven

      - not proven: that its modules import #58
      - not proven: that torch computes, and that every package has what it needs #58
      - GPU kernels: it booted on the CPU #58
      - your other 41 workflows #58

      ## Who said yes and who said no

      - c1 approved by rule models-integ, tree a81f03d #60
      - Does it boot from the exact tree? yes: booted on :8191 in 13.6 s #60
      - c1 nothing-to-check by rule ops-maint, tree a81f03d #61
      - c1 approved by person anna, tree a81f03d #63
      - “looks right” #63

      ## Way back

      - \`orchestrate undo --home '/home/anna/my home'\`: Files, environment and production as they were before this run, as a new merge. #69
      - \`orchestrate restore to 0000-init --home '/home/anna/my home'\`: The same, named by its restore point. #2
      - \`git -C '/home/anna/my home' diff restore/0000-init restore/0001-upgrade-pytorch\`: Shows what this run changed, with git alone. #69
      - \`git -C '/home/anna/my home' revert --no-edit 9d0f1b2111111111111111111111111111111111\`: Where orchestrate is gone: takes the files of 9d0f1b2 back. The environment stays as it is. #69

      ## What to do next

      - take r1 back: \`orchestrate undo\` #68
      - nobody has tried whether 0000-init comes back: \`orchestrate restore drill 0\` #2
      "
    `);
  });

  it.each([
    ['r1', doneScene],
    ['r1', failedScene],
    ['r1', waitingScene],
    ['r2', undoneScene],
  ])('names for every line a row that is there: %s', (run, make) => {
    const scene = make();
    const facts = reportOf(scene, run)
      .split('\n')
      .filter((line) => line.startsWith('- '));
    expect(facts.length).toBeGreaterThan(5);
    for (const line of facts) {
      const seq = Number(/ #(\d+)$/.exec(line)?.[1]);
      expect(scene.entries[seq - 1]?.seq, `for ${line}`).toBe(seq);
    }
  });

  it('of a run that merged nothing says so, and gives no command that would take something else back', () => {
    const report = reportOf(failedScene(), 'r1');
    expect(report).toContain('nothing was merged: the branch and production are as they were');
    expect(report).toContain('There is nothing to take back');
    expect(report).not.toMatch(/undo|revert/);
  });

  it('of a run with a later merge on top names its restore point, not undo', () => {
    const report = reportOf(undoneScene(), 'r1');
    expect(report).not.toContain('orchestrate undo');
    expect(report).toContain("`orchestrate restore to 0000-init --home '/home/anna/my home'`");
  });

  it('of a run that was refused at once is short', () => {
    const scene = installedScene();
    addRun(scene, 'r1', 'x', 'work');
    endRun(scene, 'r1', 'previewing', 'failed');
    expect(reportOf(scene, 'r1').split('\n').length).toBeLessThan(20);
  });

  it('lets no text of a log or a name begin a line, a link, a heading or a tag of its own', () => {
    const scene = installedScene();
    const goal = 'a\n# forged\u202e <img src=x onerror=alert(1)> [click](javascript:alert(1)) `x` **bold**';
    addRun(scene, 'r1', goal, 'work');
    const first = reportOf(scene, 'r1').split('\n')[0];
    expect(first).toBe(
      '# r1: a\\n# forged\\u{202e} &lt;img src=x onerror=alert(1)\\> \\[click\\](javascript:alert(1)) \\`x\\` \\*\\*bold\\*\\*'
        .replaceAll('\\n', '\\\\n')
        .replaceAll('\\u{', '\\\\u{'),
    );
  });
});

describe('Markdown of foreign text', () => {
  it.each([
    ['# heading', '\\# heading'],
    ['1. list', '&#49;. list'],
    ['- list', '\\- list'],
    ['model_path and _this_', 'model_path and \\_this\\_'],
    ['<b>', '&lt;b\\>'],
    ['see https://evil.example/a_b(c)?d=*1.', 'see `https://evil.example/a_b(c)?d=*1`.'],
    ['(HTTP://evil.example), [x](www.evil.example)', '(`HTTP://evil.example`), \\[x\\](`www.evil.example`)'],
    ['anna@evil.example wrote to mailto:x', '`anna@evil.example` wrote to `mailto:x`'],
    ['`https://evil.example`', '\\``https://evil.example`\\`'],
    ['env-setup@2, memory/x.md@3', 'env-setup@2, memory/x.md@3'],
  ])('%s', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  it('takes no longer for a long text that is almost an address', () => {
    const text = `${'a.'.repeat(200_000)} ${'www'.repeat(100_000)} ${'http://'.repeat(50_000)}`;
    expect(markdownText(text).length).toBeGreaterThan(text.length);
  });

  it('in a code span cannot end it', () => {
    expect(markdownCode('a ` b `` c')).toBe('``` a ` b `` c ```');
  });
});
