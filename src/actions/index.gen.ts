// Written by scripts/generate.mjs from the files beside it. Do not edit.
import { agentWork } from './agent-work.ts';
import { backupChoose } from './backup-choose.ts';
import { backupMake } from './backup-make.ts';
import { bisectChoose } from './bisect-choose.ts';
import { bundleChoose } from './bundle-choose.ts';
import { bundleImport } from './bundle-import.ts';
import { busAnswer } from './bus-answer.ts';
import { busAsk } from './bus-ask.ts';
import { busPublish } from './bus-publish.ts';
import { componentsChooseCore } from './components-choose-core.ts';
import { componentsTake } from './components-take.ts';
import { conditionClear } from './condition-clear.ts';
import { conditionSet } from './condition-set.ts';
import { emergencyChoose } from './emergency-choose.ts';
import { envAdd } from './env-add.ts';
import { envBuild } from './env-build.ts';
import { envChooseTorch } from './env-choose-torch.ts';
import { envChoose } from './env-choose.ts';
import { envLock } from './env-lock.ts';
import { envPin } from './env-pin.ts';
import { envPython } from './env-python.ts';
import { envRebuild } from './env-rebuild.ts';
import { envRecord } from './env-record.ts';
import { envRelock } from './env-relock.ts';
import { envRemove } from './env-remove.ts';
import { envUnpin } from './env-unpin.ts';
import { envVerify } from './env-verify.ts';
import { filesWrite } from './files-write.ts';
import { goalPlan } from './goal-plan.ts';
import { handoverPlan } from './handover-plan.ts';
import { handoverWrite } from './handover-write.ts';
import { incidentAdvise } from './incident-advise.ts';
import { instanceBoot } from './instance-boot.ts';
import { instanceSmoke } from './instance-smoke.ts';
import { maintenanceChoose } from './maintenance-choose.ts';
import { memoryNote } from './memory-note.ts';
import { memoryTidy } from './memory-tidy.ts';
import { mergeSuspect } from './merge-suspect.ts';
import { modelsFind } from './models-find.ts';
import { outsideChoose } from './outside-choose.ts';
import { outsideTake } from './outside-take.ts';
import { restoreBisect } from './restore-bisect.ts';
import { restoreChoose } from './restore-choose.ts';
import { restoreDrill } from './restore-drill.ts';
import { restoreUndo } from './restore-undo.ts';
import { runbookWrite } from './runbook-write.ts';
import { serviceCancelPrompt } from './service-cancel-prompt.ts';
import { serviceDraw } from './service-draw.ts';
import { serviceFree } from './service-free.ts';
import { serviceLook } from './service-look.ts';
import { servicePreserve } from './service-preserve.ts';
import { serviceReadLog } from './service-read-log.ts';
import { serviceRestart } from './service-restart.ts';
import { slotOpen } from './slot-open.ts';
import { spaceTrim } from './space-trim.ts';
import { templateChoose } from './template-choose.ts';
import { treeChoose } from './tree-choose.ts';
import { treeRetire } from './tree-retire.ts';
import { updateChoose } from './update-choose.ts';
import { updateReport } from './update-report.ts';
import { workflowAdd } from './workflow-add.ts';
import { workflowChoose } from './workflow-choose.ts';
import { workflowRemove } from './workflow-remove.ts';
import { workflowRun } from './workflow-run.ts';

/** Every built-in action. */
export const actions = [
  agentWork,
  backupChoose,
  backupMake,
  bisectChoose,
  bundleChoose,
  bundleImport,
  busAnswer,
  busAsk,
  busPublish,
  componentsChooseCore,
  componentsTake,
  conditionClear,
  conditionSet,
  emergencyChoose,
  envAdd,
  envBuild,
  envChoose,
  envChooseTorch,
  envLock,
  envPin,
  envPython,
  envRebuild,
  envRecord,
  envRelock,
  envRemove,
  envUnpin,
  envVerify,
  filesWrite,
  goalPlan,
  handoverPlan,
  handoverWrite,
  incidentAdvise,
  instanceBoot,
  instanceSmoke,
  maintenanceChoose,
  memoryNote,
  memoryTidy,
  mergeSuspect,
  modelsFind,
  outsideChoose,
  outsideTake,
  restoreBisect,
  restoreChoose,
  restoreDrill,
  restoreUndo,
  runbookWrite,
  serviceCancelPrompt,
  serviceDraw,
  serviceFree,
  serviceLook,
  servicePreserve,
  serviceReadLog,
  serviceRestart,
  slotOpen,
  spaceTrim,
  templateChoose,
  treeChoose,
  treeRetire,
  updateChoose,
  updateReport,
  workflowAdd,
  workflowChoose,
  workflowRemove,
  workflowRun,
] as const;
