import { shownCommand } from '../../domain/alerts/shown-command.ts';
import { policyGaps } from '../../domain/policy/gaps.ts';
import type { App, Installation } from '../app.ts';
import { outsideLine } from '../views/outside-view.ts';
import { recordedHead } from '../views/restore-view.ts';
import { serviceView } from '../views/service-view.ts';
import { branchName, countText, listText, shortId } from '../views/text.ts';
import { treeView } from '../views/tree-view.ts';
import { attempt, bad, good, type DoctorCheck } from './_doctor-check.ts';
import { checkTrees } from './_doctor-trees.ts';

/** Checks what belongs to the installation and is no disagreement of two records; those are found by `engine/doctor`. */
export async function checkInstallation(app: App, installation: Installation): Promise<readonly DoctorCheck[]> {
  return [
    await attempt('home', () => checkHome(installation)),
    await attempt('supervisor', () => checkSupervisor(installation)),
    await attempt('trees', () => checkTrees(installation)),
    checkPolicy(installation),
    ...(await checkPorts(app, installation)),
    checkOutside(installation),
  ];
}

function checkPolicy({ config, definitions }: Installation): DoctorCheck {
  const { rules } = config.policy;
  const [first, ...others] = policyGaps(config.principals, { rules, trees: [...definitions.trees.keys()] });
  if (first === undefined) return good('policy', 'what it asks for can be given');
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return bad('policy', `${first.sentence} (${first.at})${more}`, 'orchestrate policy show');
}

async function checkHome({ home, ledger }: Installation): Promise<DoctorCheck> {
  const state = await home.inspect();
  if (state.kind === 'unfit') return bad('home', `${state.code}: ${state.reason}`, null);
  const dirty = await home.dirtyPaths(state.head);
  const recorded = recordedHead(ledger);
  const moved =
    recorded === undefined || recorded === state.head ? '' : `; it was moved by hand from ${shortId(recorded)}`;
  const edits =
    dirty.length === 0
      ? 'no edits'
      : `${countText(dirty.length, 'edited file')}: ${listText(dirty.slice(0, 3))}${dirty.length > 3 ? ' …' : ''}`;
  return good('home', `${branchName(state.branchRef)} at ${shortId(state.head)}${moved}; ${edits}`);
}

async function checkSupervisor({ ledger }: Installation): Promise<DoctorCheck> {
  const isHeld = await ledger.isHeld();
  const nOpen = ledger.openRequests().length;
  if (isHeld) return good('supervisor', `running; ${countText(nOpen, 'open request')}`);
  return good(
    'supervisor',
    nOpen === 0
      ? 'not running: it starts with the next command that needs it'
      : `not running; ${countText(nOpen, 'request')} waiting for it`,
    nOpen === 0 ? null : 'orchestrate runs list --active',
  );
}

/** Who listens on production's port and on the home ports of the trees. A strange holder is told, never stopped. */
async function checkPorts(app: App, { config, definitions, ledger }: Installation): Promise<readonly DoctorCheck[]> {
  const production = serviceView(ledger);
  const ports = new Set([config.service.port, ...[...definitions.trees.values()].map(({ homePort }) => homePort)]);
  const leases = [...definitions.trees.values()].flatMap((tree) =>
    treeView(ledger, tree, []).slots.flatMap(({ name, lease }) => (lease === null ? [] : [{ name, ...lease }])),
  );
  const checks: DoctorCheck[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const lease = leases.find((one) => one.port === port);
    checks.push(await attempt(`port ${port}`, () => checkPort(app, port, { productionPid: production.pid, lease })));
  }
  return checks;
}

async function checkPort(
  app: App,
  port: number,
  known: { productionPid: number | null; lease: { name: string; run: string } | undefined },
): Promise<DoctorCheck> {
  const id = `port ${port}`;
  const leased = known.lease === undefined ? '' : `; leased to ${known.lease.run} (${known.lease.name})`;
  const holder = await app.outside.ports.holder(port);
  if (holder.kind === 'free') return good(id, `free${leased}`);
  const owners = holder.owners.map(({ pid, argv }) => `pid ${pid} (${shownCommand(argv, 80)})`);
  if (owners.length === 0)
    return good(id, `held by a program of another user${leased}`, 'slots get the next free port');
  if (holder.owners.some(({ pid }) => pid === known.productionPid)) return good(id, `production, ${listText(owners)}`);
  return good(
    id,
    `held by ${listText(owners)}${leased}`,
    leased === '' ? 'slots get the next free port; it is left alone' : null,
  );
}

/** As last looked at: a look of its own would be a write. */
function checkOutside({ ledger }: Installation): DoctorCheck {
  const line = outsideLine(ledger);
  if (line !== null) return good('outside', line.replace(/ · [^·]*$/, ''), 'orchestrate outside list');
  const isLooked = ledger.latest('outside:baseline') !== undefined;
  return good(
    'outside',
    isLooked ? 'nothing that others changed waits for you' : 'not looked at yet',
    isLooked ? null : 'orchestrate outside list',
  );
}
