import { describe, expect, it } from 'vitest';

import { doneScene, failedScene, installedScene, undoneScene, waitingScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';

const screen = async (scene: SceneLedger, ...argv: string[]): Promise<string> => (await orchestrate(scene, argv)).out;

describe('the screens of a run', () => {
  it('narrate on stderr and give the outcome on stdout', async () => {
    const { out, err, exitStatus } = await orchestrate(doneScene(), ['run', 'upgrade pytorch'], { onAsk: () => 'r1' });
    expect(exitStatus).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "r1 · upgrade pytorch
      Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
        not torch 2.14.1: 6 days old, you ask for 14
      ! CUDA is not tried: this machine has no GPU
       1 lock    ✓   14 s  torch 2.8.0 → 2.11.0, 6 packages locked with hashes
       2 build   ✓   14 s  environment e1d2c3b4a596 built, 6 wheels, 2 downloaded
       3 boot    ✓   14 s  env-setup on :8191 (8188 is your production); pid 48121 proven; 0 node classes lost
       4 smoke   ✓   14 s  3/3 ran; sdxl-portrait 22.1 → 20.4 s; pictures not flat
       5 gate    ✓   19 s  exact tree a81f03d on top of 7c1e2a4
         review  ✓         models-integ: approved 1/1 (rule)
         review  –         ops-maint: nothing to check (rule)
         review  ✓         anna: approved (person)
       6 merge   ✓  0.1 s  restore/0001-upgrade-pytorch; main 7c1e2a4 → 9d0f1b2; 2 files written
       7 switch  ✓   18 s  production runs it as i3; down 18 s; 2 pending prompts queued again
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "Done: torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0 is merged as restore/0001-upgrade-pytorch #68
      Production runs it as i3; down 18 s; 2 pending prompts queued again #73
      Go back (0000-init was adopted, not sealed): orchestrate undo
      then: orchestrate restore drill 0  nobody has tried whether 0000-init comes back
      then: orchestrate report r1  all of r1 in one report
      "
    `);
  });

  it('say how to decide when the change waits and nobody can be asked', async () => {
    const { out, exitStatus } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], { onAsk: () => 'r1' });
    expect(exitStatus).toBe(7);
    expect(out).toMatchInlineSnapshot(`
      "c1 waits for your review.
      next: orchestrate review show c1
      next: orchestrate review approve c1
      next: orchestrate review reject c1
      "
    `);
  });

  it('show a failure with code, state of the work and next command', async () => {
    const { out, err, exitStatus } = await orchestrate(failedScene(), ['run', 'upgrade pytorch'], {
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(1);
    expect(err).toMatchInlineSnapshot(`
      "r1 · upgrade pytorch
      Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
        not torch 2.14.1: 6 days old, you ask for 14
      ! CUDA is not tried: this machine has no GPU
       1 lock    ✓   14 s  torch 2.8.0 → 2.11.0, 6 packages locked with hashes
         build   ↻         tries again: The package index did not answer within 30 s.
       2 build   ✓   14 s  environment e1d2c3b4a596 built, 6 wheels, 2 downloaded
       3 boot    ✗  9.0 s  ComfyUI ended while it started: No module named 'torch._C'.
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "r1 failed:
      error INSTANCE_BOOT_FAILED ComfyUI ended while it started: No module named 'torch._C'.
        Nothing was merged; the slot is kept as it is.
      next: orchestrate runs show r1
      then: orchestrate report r1  all of r1 in one report
      "
    `);
  });

  it('show an undo', async () => {
    const { out, err, exitStatus } = await orchestrate(undoneScene(), ['undo'], { onAsk: () => 'r2' });
    expect(exitStatus).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "r2 · undo
      Plan d00d77 · undo (1.00) · risk medium · no language model · cost $0
        nothing to download · disk +0 bytes of 56 GB free · less than a minute · production down about 20 s, only after you approve
        brings back 0000-init (7c1e2a4) as a new commit on 9d0f1b2 · drops 0001-upgrade-pytorch
        torch 2.11.0 → 2.8.0 · torchvision 0.26.0 → 0.23.0
       1 gate    ✓   19 s  exact tree b0b0b0b on top of 9d0f1b2; boot and smoke proven before for the same tree, environment and components
       2 merge   ✓  0.1 s  restore/0002-undo; main 9d0f1b2 → aa55aa5; 2 files written
       3 switch  ✓   12 s  production runs it as i4; down 12 s; 0 pending prompts queued again
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "Done: torch 2.11.0 → 2.8.0 · torchvision 0.26.0 → 0.23.0 is merged as restore/0002-undo #94
      Production runs it as i4; down 12 s; 0 pending prompts queued again #99
      Go back any time, offline: orchestrate undo
      then: orchestrate restore drill 1  nobody has tried whether 0001-upgrade-pytorch comes back
      then: orchestrate report r2  all of r2 in one report
      "
    `);
  });

  it('show a run with the journal row of every fact', async () => {
    expect(await screen(doneScene(), 'runs', 'show', 'r1')).toMatchInlineSnapshot(`
      "r1 · upgrade pytorch · done #9
      asked by anna, 2026-08-23 12:00:10Z · 2m48 s
      Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
        not torch 2.14.1: 6 days old, you ask for 14
      ! CUDA is not tried: this machine has no GPU
      plan #11
      in env-setup on :8191 (:8188 is your production) #13

       1 lock    ✓   14 s  torch 2.8.0 → 2.11.0, 6 packages locked with hashes #19
       2 build   ✓   14 s  environment e1d2c3b4a596 built, 6 wheels, 2 downloaded #28
       3 boot    ✓   14 s  env-setup on :8191 (8188 is your production); pid 48121 proven; 0 node classes lost #37
       4 smoke   ✓   14 s  3/3 ran; sdxl-portrait 22.1 → 20.4 s; pictures not flat #46
       5 gate    ✓   19 s  exact tree a81f03d on top of 7c1e2a4 #58
       6 merge   ✓  0.1 s  restore/0001-upgrade-pytorch; main 7c1e2a4 → 9d0f1b2; 2 files written #68 #69 #70
       7 switch  ✓   18 s  production runs it as i3; down 18 s; 2 pending prompts queued again #73

      c1 · Upgrade PyTorch to 2.11.0 · verified #50
      r1, tree env-setup, by env-setup; risk medium (it changes the environment)
      2 files: requirements.lock and +docs/env-setup/torch.md
      exact tree a81f03d on 7c1e2a4, environment e1d2c3b4a596: proven in 19 s #58
        ✓ boot     booted on :8191 in 14 s, pid 48121 proven; torch 2.11.0 on cpu; 2 node classes; no failed imports [api] #56
        ✓ smoke    1/1 ran on cpu; sdxl-portrait 20 s, 1 picture [generation] #57
        ? not proven: that its modules import
        ? not proven: that torch computes, and that every package has what it needs
        ? not proven: GPU kernels: it booted on the CPU
        ? not proven: your other 41 workflows
        ✓ rule models-integ: approved #60
            yes Does it boot from the exact tree? booted on :8191 in 13.6 s #40
        – rule ops-maint: nothing to check, which is no approval #61
        ✓ person anna: approved: looks right #63

      made restore/0001-upgrade-pytorch at 9d0f1b2 #68
      report sessions/r1.md

      next: orchestrate undo
      "
    `);
  });

  it('show a failed run', async () => {
    expect(await screen(failedScene(), 'runs', 'show', 'r1')).toMatchInlineSnapshot(`
      "r1 · upgrade pytorch · failed #9
      asked by anna, 2026-08-23 12:00:10Z · 1m13 s
      Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
        not torch 2.14.1: 6 days old, you ask for 14
      ! CUDA is not tried: this machine has no GPU
      plan #11
      in env-setup on :8191 (:8188 is your production) #13

       1 lock    ✓   14 s  torch 2.8.0 → 2.11.0, 6 packages locked with hashes #19
       2 build   ✓   14 s  environment e1d2c3b4a596 built, 6 wheels, 2 downloaded (try 2) #30
       3 boot    ✗  9.0 s  ComfyUI ended while it started: No module named 'torch._C'.
       4 smoke   ·         Run your workflows

      error INSTANCE_BOOT_FAILED ComfyUI ended while it started: No module named 'torch._C'.
        Nothing was merged; the slot is kept as it is.
      report sessions/r1.md
      "
    `);
  });

  it('list runs', async () => {
    expect(await screen(undoneScene(), 'runs')).toMatchInlineSnapshot(`
      "run  state  when                  goal
      r2   done   2026-08-23 12:02:58Z  undo
      r1   done   2026-08-23 12:00:10Z  upgrade pytorch
      "
    `);
  });
});

describe('the screens of a review', () => {
  it('list what waits', async () => {
    expect(await screen(waitingScene(), 'review')).toMatchInlineSnapshot(`
      "change  state               tree       risk    files  not proven  what it does
      c1      reviewing.deciding  env-setup  medium  2      4           Upgrade PyTorch to 2.11.0

      next: orchestrate review show c1
      "
    `);
    expect(await screen(doneScene(), 'review')).toMatchInlineSnapshot(`
      "Nothing waits for you.
      "
    `);
  });

  it('show proof, what is not proven, and answers', async () => {
    expect(await screen(waitingScene(), 'review', 'show', 'c1')).toMatchInlineSnapshot(`
      "c1  Upgrade PyTorch to 2.11.0  ·  waits for your review
      exact tree a81f03d on 7c1e2a4 · env-setup · r1, draft 1 · made by env-setup #50

      does        Upgrade PyTorch to 2.11.0: 2 files of env-setup. #50
      risk        MEDIUM  it changes the environment #53
      not proven  that its modules import
                  that torch computes, and that every package has what it needs
                  GPU kernels: it booted on the CPU #58
                  your other 41 workflows #58

      who says    ✓ rule     models-integ  approved, 1 of 1 question yes #60
                      yes Does it boot from the exact tree? booted on :8191 in 13.6 s #40
                  – rule     ops-maint  nothing to check, which is no approval #61
                  · person   nobody has answered about this tree: it waits for you

      undo        orchestrate undo   (once it is merged): brings back 7c1e2a4, 0000-init: with the environment that was adopted, as it lies there then #2

      compared    before: branch 7c1e2a4  →  after: exact tree a81f03d #58
      packages    none changes #58
      components  none changes #58
      timing      start          not proven → 14 s #56
                  sdxl-portrait  not proven → 20 s #57
      pictures    sdxl-portrait 1  512×512, 300 kB, not flat, not proven how it was before #57
      proof       exact tree a81f03d on 7c1e2a4: proven in 19 s #58
                  ✓ boot    booted on :8191 in 14 s, pid 48121 proven; torch 2.11.0 on cpu; 2 node classes; no failed imports [api] #56
                  ✓ smoke   1/1 ran on cpu; sdxl-portrait 20 s, 1 picture [generation] #57
      files       ~requirements.lock  +docs/env-setup/torch.md

      next: orchestrate review diff c1
      next: orchestrate review approve c1
      next: orchestrate review reject c1
      "
    `);
  });

  it('show the difference', async () => {
    expect(await screen(waitingScene(), 'review', 'diff', 'c1')).toMatchInlineSnapshot(`
      "c1 · the branch's tree b0b0b0b → exact tree a81f03d, which is what merges
      ~  requirements.lock  +1 −1  1 kB → 1 kB

      diff a/requirements.lock b/requirements.lock
      --- a/requirements.lock
      +++ b/requirements.lock
      @@ -1 +1 @@
      -torch===2.8.0
      +torch===2.11.0
      "
    `);
  });
});

describe('the screens of the installation', () => {
  it('give the state in five lines', async () => {
    expect(await screen(installedScene())).toMatchInlineSnapshot(`
      "comfy-home · main 7c1e2a4
      service  healthy on :8188 · pid 4800 · torch 2.8.0 on cpu
      restore  0000-init is the newest of 1 restore point
      runs     none yet
      waiting  nothing waits for you
      next: orchestrate service status
      "
    `);
    expect(await screen(waitingScene())).toMatchInlineSnapshot(`
      "comfy-home · main 7c1e2a4
      service  healthy on :8188 · pid 4800 · torch 2.8.0 on cpu
      restore  0000-init is the newest of 1 restore point
      runs     r1 “upgrade pytorch” reviewing
      waiting  c1 waits for your review
      next: orchestrate review show c1
      "
    `);
    expect(await screen(doneScene())).toMatchInlineSnapshot(`
      "comfy-home · main 9d0f1b2
      service  healthy on :8188 · pid 4800 · torch 2.8.0 on cpu
      restore  0001-upgrade-pytorch is the newest of 2 restore points · torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
      runs     none active · r1 “upgrade pytorch” ended as done
      waiting  nothing waits for you
      next: orchestrate undo --dry-run
      "
    `);
    expect(await screen(failedScene(), 'status')).toMatchInlineSnapshot(`
      "comfy-home · main 7c1e2a4
      service  healthy on :8188 · pid 4800 · torch 2.8.0 on cpu
      restore  0000-init is the newest of 1 restore point
      runs     none active · r1 “upgrade pytorch” ended as failed
      waiting  nothing waits for you
      next: orchestrate runs show r1
      "
    `);
  });

  it('list restore points and show one', async () => {
    expect(await screen(undoneScene(), 'restore')).toMatchInlineSnapshot(`
      "   restore point         grade     own      shared     made by  when                  commit   packages
      ●  0002-undo             ready     unknown  unknown    undo     2026-08-23 12:03:20Z  aa55aa5
         0001-upgrade-pytorch  ready     unknown  unknown    merge    2026-08-23 12:02:39Z  9d0f1b2  torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
         0000-init             borrowed  unknown  unknown    init     2026-08-23 12:00:00Z  7c1e2a4

      environments 0 bytes · wheels 0 bytes · trash 0 bytes · instances 0 bytes · logs 0 bytes · tools 0 bytes · 61 GB free
      next: orchestrate restore to 1 --dry-run
      "
    `);
    expect(await screen(undoneScene(), 'restore', 'show', '1')).toMatchInlineSnapshot(`
      "0001-upgrade-pytorch · ready · the same bytes are there, verified just now #68
      upgrade pytorch, made by merge in r1, 2026-08-23 12:02:39Z
      commit 9d0f1b2, tree a81f03d, environment e1d2c3b4a596
      0 bytes environment and unknown wheels on disk: unknown of its own, unknown that others need as well
      never drilled: that it comes back is not proven
        torch 2.8.0 → 2.11.0
        torchvision 0.23.0 → 0.26.0

      next: orchestrate restore to 1 --dry-run
      "
    `);
  });

  it('list trees', async () => {
    expect(await screen(waitingScene(), 'trees')).toMatchInlineSnapshot(`
      "env-setup :8188 · Looks after env-setup · 2 slots
        may change docs/env-setup/**; reviewed by ops-maint
        env-setup   r1 on :8191 (:8188 is your production), linked at 7c1e2a4 #13
        env-setup@2 free, not made yet
      models-integ :8189 · Looks after models-integ · 2 slots
        may change docs/models-integ/**; reviewed by ops-maint
        models-integ   free, not made yet
        models-integ@2 free, not made yet
      ops-maint :8190 · Looks after ops-maint · 2 slots
        may change docs/ops-maint/**; reviewed by ops-maint
        ops-maint   free, not made yet
        ops-maint@2 free, not made yet
      "
    `);
  });

  it('show the newest journal rows, and one row whole', async () => {
    expect(await screen(doneScene(), 'journal', 'tail', '--limit', '8')).toMatchInlineSnapshot(`
      "#69  2026-08-23 12:02:39Z  branch.moved          main 7c1e2a4 → 9d0f1b2 (c1)
      #70  2026-08-23 12:02:39Z  home.applied          2 files of home written
      #71  2026-08-23 12:02:39Z  machine.moved         c1 merging → merged
      #72  2026-08-23 12:02:39Z  machine.moved         r1 merging → verifying
      #73  2026-08-23 12:02:57Z  service.switched      production switched, i3, down 18 s
      #74  2026-08-23 12:02:57Z  machine.moved         c1 merged → verified
      #75  2026-08-23 12:02:57Z  machine.moved         r1 verifying → done
      #76  2026-08-23 12:02:57Z  run.closed            r1 closed as done; freed env-setup; report sessions/r1.md
      "
    `);
    expect(await screen(doneScene(), 'journal', 'tail', '--row', '2')).toMatchInlineSnapshot(`
      "#2  2026-08-23 12:00:00Z  restore.created       restore/0000-init names 7c1e2a4
      hash 0000000000000000000000000000000000000000000000000000000000000002
      {
        "tag": "restore/0000-init",
        "number": 0,
        "commit": "7c1e2a4000000000000000000000000000000000",
        "manifest": {
          "version": 1,
          "number": 0,
          "title": "init",
          "commit": "7c1e2a4000000000000000000000000000000000",
          "tree": "b0b0b0b333333333333333333333333333333333",
          "environment": null,
          "environmentDigest": null,
          "components": "c0ffee5555555555555555555555555555555555555555555555555555555555",
          "made": "init",
          "run": null,
          "change": null,
          "moves": [],
          "journal": {
            "seq": 1,
            "hash": "0000000000000000000000000000000000000000000000000000000000000001"
          }
        }
      }
      "
    `);
    expect(await screen(doneScene(), 'journal', 'verify')).toMatchInlineSnapshot(`
      "✓ 76 rows, the chain holds up to #76
      head 000000000000000000000000000000000000000000000000000000000000004c
      "
    `);
  });

  it('check the machine', async () => {
    expect(await screen(waitingScene(), 'doctor')).toMatchInlineSnapshot(`
      "✓ node            Node 24.21.0
      ✓ git             git version 2.39.5
      ✓ python          Python 3.11.2 (python3)
      ✓ venv            the venv module is there
      ✓ pip             pip comes with the interpreter
      ✓ disk            61 GB free at /home/anna/comfy-home
      ✓ sandbox         services see environments read-only (mount namespace tried); level 0 of 3: services and their proofs run as anna; what a model drives has the wall
      ✓ network         a program can be cut off from the network here (tried); services are not
      ✓ providers       none is configured: no language model is asked, and no key or account is needed
      ✓ wall            L2 verified 8/8, bubblewrap 0.8.0 at /usr/bin/bwrap: write-outside EROFS; read-secret EROFS; connect-out EROFS; connect-loopback EROFS; see-processes EROFS; nest-namespace EROFS; write-git EROFS; signal-parent EROFS
      ✓ claude          not on PATH: no agent can work with it
      ✓ codex           not on PATH: no agent can work with it
      ✓ opencode        not on PATH: no agent can work with it
      ✓ definitions     0 agents, 3 trees, 0 playbooks and orchestrate.yaml are well-formed
      ✓ journal         the hash chain holds over 62 rows, head #62
      ✓ store           every object of the store is there
      ✓ restore points  every tag names what the journal says, in home and store
      ✓ locks           no stale lock files of git
      ✓ requests        nothing waits for the supervisor
      ✓ processes       none of ours runs
      ✓ instances       1 on record as running, each of them there
      ✓ production      i1 on :8188 is the branch
      ✓ slots           1 made, each of them a work tree of home
      ✓ leases          1 taken, each of them by an open run
      ✓ environments    0 built; the branch names none
      ✓ wheels          0 kept
      ✓ trash           everything in the trash is on record
      ✓ drafts          1 open, each of them held in the store
      ✓ memory          files, versions and index of memory say the same
      ✓ bus             0 waiting, none of them dead or undeliverable
      ✓ home            main at 7c1e2a4; no edits
      ✓ supervisor      running; 0 open requests
      ✓ trees           env-setup: docs/env-setup/** matches no file of the branch; models-integ: docs/models-integ/** matches no file of the branch; ops-maint: docs/ops-maint/** matches no file of the branch
                        → orchestrate trees list
      ✓ policy          what it asks for can be given
      ✓ port 8188       production, pid 4800 (python main.py)
      ✓ port 8189       free
      ✓ port 8190       free
      ✓ outside         not looked at yet
                        → orchestrate outside list
      all good
      "
    `);
  });

  it('show production', async () => {
    expect(await screen(installedScene(), 'service')).toMatchInlineSnapshot(`
      "production healthy · i1 · http://127.0.0.1:8188 #5 #6 #7 #8
      managed · started by orchestrate · since 2026-08-23 12:00:09Z
      ✓ process 4800 is alive
      ✓ it answers · 0 running, 0 waiting
      ComfyUI 0.3.64 · torch 2.8.0 on cpu
      tree b0b0b0b, environment e1d2c3b4a596
      "
    `);
  });
});
