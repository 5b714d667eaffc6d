import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { attempt, good, type DoctorCheck } from './_doctor-check.ts';

const timeoutMs = 10_000;

/** Finds out by trying what keeps programs from each other here. */
export async function checkSandbox(app: App): Promise<readonly DoctorCheck[]> {
  return [await attempt('sandbox', () => checkConfinement(app)), await attempt('network', () => checkNetwork(app))];
}

/** Production and proofs see their environment read-only where a mount namespace can be made; elsewhere a change is detected only. */
async function checkConfinement(app: App): Promise<DoctorCheck> {
  const canBind = await app.outside.processes.canBindReadOnly();
  const beside = `level 0 of 3: services and their proofs run as ${app.outside.host.userName}; what a model drives has the wall`;
  if (canBind) return good('sandbox', `services see environments read-only (mount namespace tried); ${beside}`);
  return good(
    'sandbox',
    `no mount namespace can be made: what a service changes in its environment is detected, not prevented; ${beside}`,
    app.outside.host.platform === 'linux'
      ? 'allow user namespaces: sysctl kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns'
      : null,
  );
}

/** A namespace without a network would keep a proof from fetching; nothing needs it today, so its absence fails nothing. */
async function checkNetwork(app: App): Promise<DoctorCheck> {
  if (app.outside.host.platform !== 'linux') return good('network', 'network namespaces are of Linux');
  const tried = await run(app, 'unshare', ['--user', '--map-current-user', '--net', 'true']);
  return good(
    'network',
    tried === true
      ? 'a program can be cut off from the network here (tried); services are not'
      : 'programs cannot be cut off from the network here, and reach what you reach',
  );
}

/** Whether the program ended well; undefined: it is not there. */
async function run(app: App, program: string, args: readonly string[]): Promise<boolean | undefined> {
  try {
    const { exitCode } = await app.outside.processes.run({ program, args, env: { LC_ALL: 'C' }, timeoutMs });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof Fault && error.code === 'PROCESS_FAILED') return undefined;
    throw error;
  }
}
