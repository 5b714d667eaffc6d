import type { Line } from '../line.ts';

type Renderer = (output: never) => readonly Line[];

const run = (): Promise<Renderer> => import('./run.ts').then((m) => m.renderRun);
const claim = (): Promise<Renderer> => import('./claims.ts').then((m) => m.renderClaim);
const condition = (): Promise<Renderer> => import('./conditions.ts').then((m) => m.renderCondition);
const service = (): Promise<Renderer> => import('./service.ts').then((m) => m.renderService);

/** Renderers by the name of the operation's file. An operation that is not here is rendered by its fields. */
const renderers: Readonly<Record<string, () => Promise<Renderer>>> = {
  run,
  submit: run,
  open: () => import('./open.ts').then((m) => m.renderOpen),
  undo: run,
  'smoke-add': run,
  'smoke-remove': run,
  'smoke-run': run,
  'smoke-list': () => import('./smoke.ts').then((m) => m.renderSmokeList),
  'restore-to': run,
  'runs-resume': run,
  'runs-cancel': run,
  'runs-approve': run,
  'runs-reject': run,
  'review-approve': run,
  'review-reject': run,
  'review-request-changes': run,
  'review-merge': run,
  'policy-explain': () => import('./policy.ts').then((m) => m.renderExplain),
  'policy-show': () => import('./policy.ts').then((m) => m.renderPolicy),
  'principals-list': () => import('./policy.ts').then((m) => m.renderPrincipals),
  'followups-list': () => import('./policy.ts').then((m) => m.renderFollowUps),
  'followups-close': () => import('./policy.ts').then((m) => m.renderFollowUp),
  'windows-list': () => import('./windows.ts').then((m) => m.renderTimes),
  'windows-add': () => import('./windows.ts').then((m) => m.renderTimes),
  'windows-remove': () => import('./windows.ts').then((m) => m.renderTimes),
  'runs-show': () => import('./runs-show.ts').then((m) => m.renderRunsShow),
  'runs-list': () => import('./lists.ts').then((m) => m.renderRunsList),
  'review-list': () => import('./lists.ts').then((m) => m.renderReviewList),
  'review-show': () => import('./review-show.ts').then((m) => m.renderReviewShow),
  'review-diff': () => import('./review-diff.ts').then((m) => m.renderReviewDiff),
  'restore-list': () => import('./lists.ts').then((m) => m.renderRestoreList),
  'restore-show': () => import('./lists.ts').then((m) => m.renderRestoreShow),
  'restore-drill': () => import('./drill.ts').then((m) => m.renderDrill),
  'restore-pin': () => import('./lists.ts').then((m) => m.renderRestoreShow),
  'restore-unpin': () => import('./lists.ts').then((m) => m.renderRestoreShow),
  'restore-export': () => import('./bundle.ts').then((m) => m.renderExport),
  'bundle-show': () => import('./bundle.ts').then((m) => m.renderBundleShow),
  'restore-prune': () => import('./prune.ts').then((m) => m.renderPrune),
  'trash-list': () => import('./trash.ts').then((m) => m.renderTrashList),
  'trash-show': () => import('./trash.ts').then((m) => m.renderTrashShow),
  'trash-restore': () => import('./trash.ts').then((m) => m.renderTrashRestore),
  'trash-empty': () => import('./trash.ts').then((m) => m.renderTrashEmpty),
  'trees-clean': () => import('./trash.ts').then((m) => m.renderTreesClean),
  queue: () => import('./queue.ts').then((m) => m.renderQueue),
  'templates-list': () => import('./templates.ts').then((m) => m.renderTemplates),
  'trees-list': () => import('./lists.ts').then((m) => m.renderTreesList),
  'trees-scale': () => import('./trees.ts').then((m) => m.renderTreesScale),
  'trees-sync': () => import('./trees.ts').then((m) => m.renderTreesSync),
  failover: () => import('./failover.ts').then((m) => m.renderFailover),
  'claims-list': () => import('./claims.ts').then((m) => m.renderClaims),
  'claims-claim': claim,
  'claims-release': claim,
  'claims-handoff': claim,
  'claims-steal': claim,
  'claims-set': claim,
  'conditions-list': () => import('./conditions.ts').then((m) => m.renderConditions),
  'conditions-set': condition,
  'conditions-clear': condition,
  'trees-add': run,
  'trees-remove': run,
  'journal-tail': () => import('./journal.ts').then((m) => m.renderJournalTail),
  'journal-verify': () => import('./journal.ts').then((m) => m.renderJournalVerify),
  'service-start': service,
  'service-stop': service,
  'service-status': service,
  'service-restart': service,
  'service-logs': () => import('./service.ts').then((m) => m.renderServiceLogs),
  'outside-list': () => import('./outside.ts').then((m) => m.renderOutsideList),
  'outside-show': () => import('./outside.ts').then((m) => m.renderOutsideShow),
  'outside-keep': run,
  'outside-discard': () => import('./outside.ts').then((m) => m.renderOutsideDiscard),
  conflicts: () => import('./conflicts.ts').then((m) => m.renderConflicts),
  init: () => import('./init.ts').then((m) => m.renderInit),
  eject: () => import('./eject.ts').then((m) => m.renderEject),
  doctor: () => import('./doctor.ts').then((m) => m.renderDoctor),
};

/** Returns the lines of an operation's output. */
export async function renderOutput(key: string, output: unknown): Promise<readonly Line[]> {
  const load = renderers[key] ?? (() => import('./generic.ts').then((m) => m.renderGeneric as Renderer));
  return (await load())(output as never);
}
