import { createAccelerators } from './adapters/accelerators/accelerators.ts';
import { createAgentPrograms } from './adapters/agent-programs/agent-programs.ts';
import { createBundles } from './adapters/bundle/bundles.ts';
import { createDigest } from './adapters/clock/digest.ts';
import { createSystemClock } from './adapters/clock/system-clock.ts';
import { createSystemRandom } from './adapters/clock/system-random.ts';
import { createPictures } from './adapters/comfyui/pictures.ts';
import { createServiceClient } from './adapters/comfyui/service-client.ts';
import { createFiles } from './adapters/files/files.ts';
import { createComponentSources } from './adapters/git/component-sources.ts';
import { createHome } from './adapters/git/home-create.ts';
import { inspectHome } from './adapters/git/home-inspect.ts';
import { createHomeRepository } from './adapters/git/home-repository.ts';
import { createRemotes } from './adapters/git/remotes.ts';
import { createTrustedStore } from './adapters/git/trusted-store.ts';
import { createWorkSources } from './adapters/git/work-sources.ts';
import { readHost } from './adapters/host/host.ts';
import { createLanguageModels } from './adapters/language-models/language-models.ts';
import { createLogFiles } from './adapters/log-files/log-files.ts';
import { removeOldLogs } from './adapters/log/old-logs.ts';
import { createMachineFacts } from './adapters/machine/machine-facts.ts';
import { createMemory } from './adapters/memory/memory.ts';
import { createMetrics } from './adapters/metrics/metrics.ts';
import { createUsage } from './adapters/metrics/usage.ts';
import { findAttemptRelay } from './adapters/network/attempt-relay.ts';
import { createAttemptSockets } from './adapters/network/attempt-sockets.ts';
import { createPorts } from './adapters/network/ports.ts';
import { createReadiness } from './adapters/network/readiness.ts';
import { createNotifier } from './adapters/notify/notifier.ts';
import { createHelperSpawner } from './adapters/process/helper-spawner.ts';
import { createInProcessSpawner } from './adapters/process/in-process-spawner.ts';
import { ownProgram } from './adapters/process/own-program.ts';
import { createProcesses } from './adapters/process/processes.ts';
import type { Spawner } from './adapters/process/spawner.ts';
import { readStandardInput } from './adapters/process/standard-input.ts';
import { createPython } from './adapters/python/python.ts';
import { openLedger } from './adapters/sqlite/open-ledger.ts';
import { createSshSignatures } from './adapters/ssh/ssh-signatures.ts';
import { createSwarmUi } from './adapters/swarm-ui/swarm-ui.ts';
import { createTranscripts } from './adapters/transcripts/transcripts.ts';
import { createWalls } from './adapters/walls/walls.ts';
import type { App, Installation, Outside } from './app/app.ts';
import { findHome, readConfig } from './app/find-home.ts';
import { readDefinitions } from './app/read-definitions.ts';
import { sessionReport } from './app/reports/markdown.ts';
import { askSupervisor, ensureSupervisor, followRun, type Supervision } from './app/supervision.ts';
import { statusView } from './app/views/status-view.ts';
import { faultCodes } from './base/fault-codes.ts';
import { exitCodes } from './base/fault-kinds.ts';
import { Fault, faultRecord } from './base/fault.ts';
import type { JsonObject } from './base/json.ts';
import { stated } from './base/stated.ts';
import { type BusLimits, defaultBusLimits } from './domain/bus/limits.ts';
import { type InstallationPaths, installationPaths } from './domain/installation/paths.ts';
import { createSecretBook, type SecretBook } from './domain/secrets/secret-book.ts';
import { secretsOfEnvironment } from './domain/secrets/secret-names.ts';
import type { Engine } from './engine/engine.ts';
import { guardBus, guardLedger, guardMemory } from './engine/secrets/guard.ts';
import { printLines } from './faces/cli/line.ts';
import { runCli } from './faces/cli/main.ts';
import { interruptSignal, processStreams } from './faces/cli/process-streams.ts';
import type { Sink, Streams } from './faces/cli/streams.ts';
import type { Clock, Files, Log } from './ports/index.ts';
import type { openDoors } from './wire-doors.ts';

/** `command`: short, spawns by itself. `supervisor`: spawns through the helper, writes in a worker. */
type Role = 'command' | 'supervisor';

/** Runs the command line and returns its exit status. `supervise` is the supervisor's own entry, started by `App.ask`. */
export async function main(argv: readonly string[]): Promise<number> {
  // What an effect that was called off still holds open must not keep the process: its lock ends with it.
  if (argv[0] === 'supervise') process.exit(await supervise(argv[1] ?? process.cwd()));
  const signal = interruptSignal();
  const secrets = createSecretBook(secretsOfEnvironment(process.env));
  const streams = redactedStreams(processStreams(), secrets);
  const opened: { close(): Promise<void> }[] = [];
  const narrate = (sentence: string): void => printLines(streams.err, [sentence]);
  let role: Role = 'command';
  let exitStatus = 1;
  try {
    exitStatus = await runCli({
      argv,
      app: (home, supervises) => {
        if (supervises) role = 'supervisor';
        return createApp({ cwd: home ?? process.cwd(), opened, narrate, signal, role, secrets });
      },
      streams,
      signal,
      relay: findAttemptRelay(process.env),
    });
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
  return (role as Role) === 'supervisor' ? process.exit(exitStatus) : exitStatus;
}

async function supervise(cwd: string): Promise<number> {
  const signal = interruptSignal();
  const opened: { close(): Promise<void> }[] = [];
  const secrets = createSecretBook(secretsOfEnvironment(process.env));
  const app = await createApp({ cwd, opened, narrate: () => {}, role: 'supervisor', signal, secrets });
  try {
    await app.supervise({ stays: false, signal });
    return 0;
  } catch (error) {
    const { code, message } = faultRecord(error);
    process.stderr.write(`${code} ${message}\n`);
    return exitCodes[faultCodes[code].kind];
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

async function createApp(options: {
  cwd: string;
  opened: { close(): Promise<void> }[];
  narrate: (sentence: string) => void;
  signal: AbortSignal;
  role?: Role;
  secrets: SecretBook;
}): Promise<App> {
  const { cwd, opened, narrate, signal, role = 'command', secrets } = options;
  const host = readHost();
  const clock = createSystemClock();
  const digest = createDigest();
  const files = createFiles();
  const random = createSystemRandom();
  const spawner: Spawner = role === 'supervisor' ? createHelperSpawner() : createInProcessSpawner();
  opened.push(spawner);
  const { searchPath } = host;
  const processes = createProcesses({ spawner, clock, searchPath });
  const logFile = (name: string): string => `${host.stateHome}/orchestrate/logs/${name}.log`;
  const log = role === 'supervisor' ? await openLog(logFile(`supervisor-${host.pid}`), opened, secrets) : silentLog;
  const walls = createWalls({ spawner, searchPath });
  const outside: Outside = {
    clock,
    random,
    digest,
    files,
    processes,
    ports: createPorts(),
    python: createPython({ processes, files, clock, digest, searchPath, log, network: networkSettings(process.env) }),
    accelerators: createAccelerators({ processes, searchPath }),
    attemptSockets: createAttemptSockets(),
    service: createServiceClient({ clock }),
    readiness: createReadiness(),
    pictures: createPictures(files),
    bundles: createBundles({ files }),
    signatures: createSshSignatures({ processes, files, random, tempDir: host.tempDir, searchPath }),
    log,
    secrets,
    host,
    machine: createMachineFacts({ processes, platform: host.platform }),
    logFiles: createLogFiles(),
    swarm: createSwarmUi(),
    walls,
    notifier: createNotifier({ files, processes, host, clock, env: process.env, learn: secrets.learn }),
    models: createLanguageModels({ files, clock, env: process.env, learn: secrets.learn }),
    agentPrograms: createAgentPrograms({
      ...{ files, processes, searchPath, homeDir: host.homeDir, env: process.env, learn: secrets.learn },
      walls,
      own: () => ({ ...ownProgram([]), readable: [process.execPath, host.builtInDir] }),
    }),
  };

  const openStore = (paths: InstallationPaths) => {
    const store = createTrustedStore({
      gitDir: paths.store,
      scratchDir: paths.scratch,
      spawner,
      searchPath: searchPath.join(':'),
    });
    opened.push(store);
    return {
      store,
      home: createHomeRepository({ homeDir: paths.home, treesDir: paths.trees, store }),
      sources: createComponentSources({ store, https: networkSettings(process.env) }),
      work: createWorkSources({ homeDir: paths.home, treesDir: paths.trees, store }),
      remotes: createRemotes({
        store,
        homeDir: paths.home,
        ours: [paths.home, paths.state],
        https: networkSettings(process.env),
        ...(process.env['SSH_AUTH_SOCK'] ? { sshAgent: process.env['SSH_AUTH_SOCK'] } : {}),
      }),
    };
  };
  const openJournal = async (paths: InstallationPaths, limits: BusLimits) => {
    const mode = role === 'supervisor' ? 'worker' : 'inline';
    const ledger = await openLedger({ dir: paths.state, clock, digest, mode, limits });
    opened.push(ledger);
    return { ledger: guardLedger(ledger, secrets), bus: guardBus(ledger.bus(), secrets) };
  };

  const openMemory = ({ memory: dir, state: stateDir }: InstallationPaths): Installation['memory'] => {
    const memory = createMemory({ dir, stateDir, clock, digest, editor: { kind: 'person', name: host.userName } });
    opened.push(memory);
    return guardMemory(memory, secrets);
  };

  const openMetrics = ({ state }: InstallationPaths): Pick<Installation, 'metrics' | 'usage'> => {
    const metrics = createMetrics({ file: `${state}/metrics.db`, log });
    const usage = createUsage({ file: `${state}/usage.db`, log });
    opened.push(metrics, usage);
    return { metrics, usage };
  };

  const openTranscripts = ({ state }: InstallationPaths): Installation['transcripts'] =>
    createTranscripts({ dir: `${state}/transcripts`, clock, redact: (value) => secrets.data(value) });

  let installed: Promise<Installation> | undefined;
  const installation = (): Promise<Installation> => {
    installed ??= stated('Nothing was changed.', async () => {
      const homeDir = await findHome(files, cwd);
      const config = await readConfig(files, homeDir);
      const paths = installationPaths(homeDir, host.stateHome, config.id, config.template);
      await requireState(files, paths);
      const definitions = await readDefinitions(files, {
        builtInDir: host.builtInDir,
        home: homeDir,
        template: config.template,
      });
      return {
        paths,
        config,
        definitions,
        ...(await openJournal(paths, config.bus)),
        memory: openMemory(paths),
        transcripts: openTranscripts(paths),
        ...openMetrics(paths),
        ...openStore(paths),
      };
    });
    return installed;
  };

  const supervision = async (): Promise<Supervision> => {
    const { ledger, paths } = await installation();
    const logPath = logFile(`supervisor-start-${(await installation()).config.id}`);
    let nBefore: number | undefined;
    const start: Supervision['start'] = async () => {
      await files.ensureDir(logPath.slice(0, logPath.lastIndexOf('/')));
      nBefore ??= (await files.readText(logPath))?.length ?? 0;
      const { program, args, env } = ownProgram(['supervise', paths.home]);
      const pid = await spawner.startDetached({ program, args, cwd: paths.home, env, logPath });
      const started = await processes.identify(pid);
      return async () => started !== undefined && processes.isAlive(started);
    };
    const lastWords = async (): Promise<string | undefined> =>
      (await files.readText(logPath))?.slice(nBefore).trim().split('\n').at(-1) || undefined;
    return { start, ledger, clock, logPath, lastWords };
  };

  const readSettings = async ({
    paths,
    config,
  }: Installation): Promise<Pick<Installation, 'config' | 'definitions'>> => ({
    config: await readConfig(files, paths.home),
    definitions: await readDefinitions(files, {
      builtInDir: host.builtInDir,
      home: paths.home,
      template: config.template,
    }),
  });

  const settingsNow = keptFor(settingsMs, clock, readSettings);

  /**
   * A socket or a pipe tells no person from a program, so who asks there is a program. In the supervisor's own process no other one is
   * started.
   */
  const forProgram: App['forProgram'] = async (by, gone) => {
    const opened = await installation();
    const settled = { ...opened, ...(await settingsNow(opened)) };
    const start = (): never => {
      throw new Fault('SUPERVISOR_NOT_STARTED', 'This `serve` is ending.', {
        state: 'What was asked for is kept, and goes on as soon as a supervisor runs.',
      });
    };
    const waits = role === 'supervisor' ? { ...(await supervision()), start } : await supervision();
    return {
      ...app,
      cwd: opened.paths.home,
      outside: { ...outside, host: { ...host, startedBy: role === 'supervisor' ? by : (host.startedBy ?? by) } },
      signal: AbortSignal.any([signal, gone]),
      narrate: () => {},
      installation: async () => settled,
      ask: (kind, data) => askSupervisor(waits, kind, data),
      wake: () => ensureSupervisor(waits),
      follow: (run, until) => followRun(waits, run, until),
      supervise: () => Promise.reject(new Error('a program does not become the supervisor')),
    };
  };

  const app: App = {
    outside,
    cwd,
    nodeVersion: process.versions.node,
    get ownCommand() {
      const { program, args } = ownProgram([]);
      return [program, ...args];
    },
    installation,
    signal,
    narrate,
    inspect: async (homeDir) => inspectHome(homeDir),
    async create({ homeDir, id, branch, template = 'comfyui' }) {
      const paths = installationPaths(homeDir, host.stateHome, id, template);
      await files.ensureDir(paths.state, { mode: 0o700 });
      if (branch !== null) await createHome(homeDir, branch);
      const opened = openStore(paths);
      await opened.store.version();
      await opened.store.create();
      return {
        ...opened,
        ...(await openJournal(paths, defaultBusLimits)),
        memory: openMemory(paths),
        transcripts: openTranscripts(paths),
        ...openMetrics(paths),
        paths,
      };
    },
    ask: async (kind, data) => askSupervisor(await supervision(), kind, data),
    wake: async () => ensureSupervisor(await supervision()),
    async *follow(run, signal) {
      yield* followRun(await supervision(), run, signal);
    },
    forProgram,
    async supervise({ stays, signal, drain, door }) {
      const opened = await installation();
      const { ledger, config } = opened;
      // Loaded by the supervisor only: the engine is a third of the program.
      const { runSupervisor } = await import('./engine/supervisor/supervisor.ts');
      await runSupervisor({
        context: { ...opened, outside },
        idleSeconds: stays ? null : config.supervisor.idleSeconds,
        signal,
        ...(drain === undefined ? {} : { drain }),
        ...(stays ? { beside: () => doorsOf(app, (gone) => forProgram('api', gone), door) } : {}),
        reload: () => readSettings(opened),
        summarise: async () => statusView(ledger, config.name) as unknown as JsonObject,
        performHook: (asked) => performHook(forProgram, asked),
        reportOf: (run) => sessionReport(ledger, { run, home: opened.paths.home }),
      });
    },
  };
  return app;
}

/** Loaded by `serve` only. */
const doorsOf: typeof openDoors = async (...given) => (await import('./wire-doors.ts')).openDoors(...given);

/** A hook that an attempt asks for is asked for by its agent, from its slot. Loaded when it is wanted. */
async function performHook(
  forProgram: App['forProgram'],
  { by, cwd, hook, input, signal }: Parameters<Engine['performHook']>[0],
): Promise<JsonObject> {
  const { performForProgram } = await import('./app/perform-for-program.ts');
  const { operations } = await import('./app/operations/index.gen.ts');
  const app = { ...(await forProgram(by, signal)), cwd };
  const table = operations as unknown as Parameters<typeof performForProgram>[1];
  return (await performForProgram(app, table, { name: `hooks-${hook}`, input })) as JsonObject;
}

/** Settings are read and checked in a fifth of a second: who asks ten times a second must not keep the supervisor busy with it. */
const settingsMs = 2_000;

/** Asks again only when the answer is older than this. */
function keptFor<In, Out>(ms: number, clock: Clock, ask: (given: In) => Promise<Out>): (given: In) => Promise<Out> {
  let kept: { readonly atMs: number; readonly answer: Promise<Out> } | undefined;
  return (given) => {
    const nowMs = clock.monotonicMs();
    if (kept === undefined || nowMs - kept.atMs >= ms) kept = { atMs: nowMs, answer: ask(given) };
    return kept.answer;
  };
}

/** Loaded by the supervisor only: a command is over before anybody reads its log, and says on stderr what is wrong. */
async function openLog(file: string, opened: { close(): Promise<void> }[], secrets: SecretBook): Promise<Log> {
  const { createLog } = await import('./adapters/log/create-log.ts');
  removeOldLogs(file.slice(0, file.lastIndexOf('/')));
  const log = createLog({ file, level: 'info', redact: (value) => secrets.data(value) });
  opened.push(log);
  return log;
}

/** Whatever is printed goes through here: the answer of a command is the last place at which a secret could show. */
function redactedStreams(streams: Streams, secrets: SecretBook): Streams {
  const over = (sink: Sink): Sink =>
    Object.defineProperty(Object.create(sink) as Sink, 'write', {
      value: (text: string) => sink.write(secrets.text(text)),
    });
  return { ...streams, out: over(streams.out), err: over(streams.err), readInput: readStandardInput };
}

const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** The person's proxy and certificate authority, from the variables that curl, git and pip all know. */
function networkSettings(env: NodeJS.ProcessEnv): { proxy?: string; certificateFile?: string } {
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'] ?? env['HTTP_PROXY'] ?? env['http_proxy'];
  const certificateFile = env['PIP_CERT'] ?? env['SSL_CERT_FILE'] ?? env['REQUESTS_CA_BUNDLE'];
  return { ...(proxy ? { proxy } : {}), ...(certificateFile ? { certificateFile } : {}) };
}

/** A home that was copied here, or whose state was removed, has no record: an empty one must not pass for it. */
async function requireState(files: Files, paths: InstallationPaths): Promise<void> {
  const found = await files.info(`${paths.state}/ledger.db`);
  if (found !== undefined && found.sizeBytes > 0) return;
  const what = found === undefined ? `${paths.state} has no ledger.db` : `${paths.state}/ledger.db is empty`;
  throw new Fault('LEDGER_UNAVAILABLE', `The record of this installation is not on this machine: ${what}.`, {
    hints: ['Set XDG_STATE_HOME as it was when the installation was made, or bring that folder back.'],
    state: 'Nothing was changed.',
  });
}
