import { Fault } from '../../base/fault.ts';
import type { RestoreGrade, RestoreManifest } from '../../domain/restore/manifest.ts';
import { noComponents } from '../../domain/templates/no-environment.ts';
import { surveyBorrowed } from '../../engine/environments/survey-borrowed.ts';
import { createWheelFinder } from '../../engine/space/kept-wheels.ts';
import type { App, Installation } from '../app.ts';
import { suggestion } from '../suggest.ts';
import { drillView } from '../views/drill-view.ts';
import { newest } from '../views/journal-reader.ts';
import {
  type BorrowedCondition,
  findRestoreRow,
  recordedHead,
  restoreNameOf,
  restoreRows,
  restoreView,
  type RestoreRow,
  type RestoreView,
} from '../views/restore-view.ts';
import type { RunView } from '../views/run-view.ts';
import { loadSpace } from './_space.ts';

/** Returns the restore points with their grades, newest first. Environments are compared with their manifests: that reads their files. */
export async function loadRestorePoints(app: App): Promise<RestoreView[]> {
  const installation = await app.installation();
  const head = await branchHead(installation);
  const gradeOf = graderOf(app, installation);
  const rows = restoreRows(installation.ledger);
  const space = await loadSpace(app, rows);
  const views: RestoreView[] = [];
  for (const created of rows)
    views.push(
      restoreView(created, {
        grade: await gradeOf(created.data.manifest),
        head,
        ...knownOf(installation, created, space),
      }),
    );
  return views;
}

/**
 * Returns one restore point with its grade, and how a borrowed environment lies there now: its interpreter is asked.
 * Fault: `RESTORE_NOT_FOUND`.
 */
export async function loadRestorePoint(app: App, name: string): Promise<RestoreView> {
  const installation = await app.installation();
  const rows = restoreRows(installation.ledger);
  const created = requireRestoreRow(rows, name);
  return restoreView(created, {
    grade: await graderOf(app, installation)(created.data.manifest),
    head: await branchHead(installation),
    condition: await loadBorrowed(app, installation, created.data.manifest),
    ...knownOf(installation, created, await loadSpace(app, rows)),
  });
}

function knownOf(
  { ledger }: Installation,
  { data }: RestoreRow,
  space: Awaited<ReturnType<typeof loadSpace>>,
): Pick<Parameters<typeof restoreView>[1], 'space' | 'pin' | 'user' | 'lastDrill'> {
  const unknown = { environmentBytes: null, wheelsBytes: null, ownBytes: null, sharedBytes: null };
  return {
    space: space.get(data.number) ?? unknown,
    pin: newest(ledger, 'restore.pinned', `pin:${data.number}`)?.data,
    lastDrill: drillView(ledger, `drill:${data.number}`),
    user: newest(ledger, 'user.kept', `user:${data.number}`),
  };
}

/** Returns the row of the restore point that a person named. Fault: `RESTORE_NOT_FOUND`. */
export function requireRestoreRow(rows: readonly RestoreRow[], name: string): RestoreRow {
  const found = findRestoreRow(rows, name);
  if (found !== undefined) return found;
  const near = suggestion(
    restoreNameOf(name),
    rows.map(({ data }) => restoreNameOf(data.tag)),
  );
  throw new Fault(
    'RESTORE_NOT_FOUND',
    `There is no restore point ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  );
}

/** Returns the restore point at the commit and how well its environment comes back, without comparing files where kept wheels say enough. */
export async function loadGoBack(app: App, commit: string): Promise<RunView['goBack']> {
  const installation = await app.installation();
  const created = newest(installation.ledger, 'restore.created', `restore-at:${commit}`);
  if (created === undefined) return null;
  const { tag, manifest } = created.data;
  const isKept = !isBorrowed(installation, manifest) && (await areWheelsKept(app, installation, manifest));
  return {
    name: restoreNameOf(tag),
    grade: isKept ? 'offline' : await graderOf(app, installation)(manifest),
    condition: await loadBorrowed(app, installation, manifest),
  };
}

async function branchHead({ home, ledger }: Installation): Promise<string | undefined> {
  const state = await home.inspect();
  return state.kind === 'ready' ? state.head : recordedHead(ledger);
}

/** The grade of an environment is found once, however many restore points name it. */
function graderOf(app: App, installation: Installation): (manifest: RestoreManifest) => Promise<RestoreGrade> {
  const known = new Map<string, Promise<RestoreGrade>>();
  return (manifest) => {
    const { environment } = manifest;
    if (isFilesAlone(manifest)) return Promise.resolve('files');
    if (environment === null || isBorrowed(installation, manifest)) return Promise.resolve('borrowed');
    const grade = known.get(environment) ?? loadGrade(app, installation, manifest, environment);
    known.set(environment, grade);
    return grade;
  };
}

/** Nothing but the files was looked after when it was made. */
const isFilesAlone = ({ environment, components }: RestoreManifest): boolean =>
  environment === null && components === noComponents;

/** It was found, not built: nothing of ours brings it back, however well it is there now. */
const isBorrowed = ({ ledger }: Installation, { environment }: RestoreManifest): boolean =>
  environment === null || newest(ledger, 'environment.borrowed', `borrowed:${environment}`) !== undefined;

/** Compares a borrowed environment with what was recorded; null: it is ours, nothing was recorded, or it does not answer. */
async function loadBorrowed(
  app: App,
  installation: Installation,
  { environment }: RestoreManifest,
): Promise<BorrowedCondition | null> {
  const recorded =
    environment === null
      ? undefined
      : newest(installation.ledger, 'environment.borrowed', `borrowed:${environment}`)?.data;
  if (recorded === undefined) return null;
  try {
    const context = { ...installation, outside: app.outside };
    const now = await surveyBorrowed(context, { recorded, python: recorded.python, occasion: 'restore' });
    if (now === undefined) return 'gone';
    return now.is === 'moved' ? 'drifted' : 'intact';
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

async function loadGrade(
  app: App,
  installation: Installation,
  manifest: RestoreManifest,
  environment: string,
): Promise<RestoreGrade> {
  const condition = await app.outside.python.inspect(`${installation.paths.envs}/${environment}`);
  if (
    condition.kind === 'intact' &&
    (manifest.environmentDigest === null || manifest.environmentDigest === condition.manifestDigest)
  )
    return 'ready';
  return (await areWheelsKept(app, installation, manifest)) ? 'offline' : 'needs-network';
}

/** A lock that cannot be read promises nothing. */
async function areWheelsKept(app: App, installation: Installation, { tree }: RestoreManifest): Promise<boolean> {
  const finder = await createWheelFinder({ ...installation, outside: app.outside });
  return (await finder.ofTree(tree))?.hasAll ?? false;
}
