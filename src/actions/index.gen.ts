// Written by scripts/generate.mjs from the files beside it. Do not edit.
import { bundleChoose } from './bundle-choose.ts';
import { bundleImport } from './bundle-import.ts';
import { componentsChooseCore } from './components-choose-core.ts';
import { componentsTake } from './components-take.ts';
import { envBuild } from './env-build.ts';
import { envChooseTorch } from './env-choose-torch.ts';
import { envChoose } from './env-choose.ts';
import { envLock } from './env-lock.ts';
import { envRecord } from './env-record.ts';
import { envVerify } from './env-verify.ts';
import { filesWrite } from './files-write.ts';
import { instanceBoot } from './instance-boot.ts';
import { instanceSmoke } from './instance-smoke.ts';
import { outsideChoose } from './outside-choose.ts';
import { outsideTake } from './outside-take.ts';
import { workflowAdd } from './workflow-add.ts';
import { workflowChoose } from './workflow-choose.ts';
import { workflowRemove } from './workflow-remove.ts';
import { workflowRun } from './workflow-run.ts';

/** Every built-in action. */
export const actions = [
  bundleChoose,
  bundleImport,
  componentsChooseCore,
  componentsTake,
  envBuild,
  envChoose,
  envChooseTorch,
  envLock,
  envRecord,
  envVerify,
  filesWrite,
  instanceBoot,
  instanceSmoke,
  outsideChoose,
  outsideTake,
  workflowAdd,
  workflowChoose,
  workflowRemove,
  workflowRun,
] as const;
