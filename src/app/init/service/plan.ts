import { Fault } from '../../../base/fault.ts';
import { absolutePath } from '../../../base/paths.ts';
import { parseConfig } from '../../../domain/definitions/config.ts';
import { printServiceConfig } from '../../../domain/definitions/print-service-config.ts';
import type { InstallationConfig, ServiceProgram } from '../../../domain/definitions/types.ts';
import type { HomeState } from '../../../ports/index.ts';
import type { App } from '../../app.ts';
import { readDefinitions } from '../../read-definitions.ts';
import { beginFile } from '../begin-file.ts';
import type { InitReport } from '../report.ts';
import { readProgram } from './program.ts';

export interface ServiceInitOptions {
  /** Null: where the person stands. */
  readonly dir: string | null;
  readonly start: string | null;
  readonly ready: string | null;
  readonly setup: string | null;
  readonly check: readonly string[];
  readonly port: number | null;
  readonly service: 'managed' | 'none' | null;
}

export interface ServiceInitPlan {
  readonly home: string;
  readonly at: Extract<HomeState, { kind: 'ready' }>;
  readonly config: InstallationConfig & { readonly program: ServiceProgram };
  readonly configText: string;
  readonly treeText: string;
  readonly report: Omit<InitReport, 'state'>;
}

/** Port of production where none is named. */
const usualPort = 8080;
const ports = { first: 8191, last: 8290 };
const state = 'Nothing was written.';

/**
 * Looks at a repository of the person's own and at the commands. Writes nothing. Faults: `USAGE_BAD_ARGUMENT`, `HOME_EXISTS`, `HOME_NOT_GIT`,
 * `HOME_DETACHED`, `HOME_UNBORN`, `HOME_BARE`, `HOME_LFS`, `HOME_UNSUPPORTED`, `HOME_NESTED_REPOSITORY`, those of definitions.
 */
export async function planServiceInit(app: App, options: ServiceInitOptions): Promise<ServiceInitPlan> {
  const { files, host, random } = app.outside;
  const asked = absolutePath(app.cwd, options.dir ?? '.');
  const home = (await files.realPath(asked)) ?? asked;
  const at = await requireRepository(app, home);
  const begun = (await files.readText(`${home}/${beginFile}`))?.trim();
  if (begun === undefined) await requireNew(app, home);
  const { program, notes } = await readProgram(app, { home, options });
  const id = begun ?? random.hex(4);
  const port = options.port ?? usualPort;
  const { config, configText } = checkedConfig({ id, home, port, mode: options.service ?? 'managed', program });
  const homePort = await chooseHomePort(app, port);
  const treeText = treeYaml(config.name, homePort);
  // What lies in folders of these names is read as definitions from now on: it has to be readable.
  await readDefinitions(files, { builtInDir: host.builtInDir, home, template: 'service' }).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(
      error.code,
      `${error.message} agents/, trees/ and playbooks/ of the repository would be read as orchestrate's.`,
      {
        state,
        cause: error,
        ...(error.at === undefined ? {} : { at: error.at }),
        hints: ['Move these files into a folder of another name.'],
      },
    );
  });
  const branch = at.branchRef.replace('refs/heads/', '');
  const held = (await app.outside.ports.isFree(port))
    ? []
    : [`port ${port} is held now: stop what runs there before orchestrate service start`];
  return {
    ...{ home, at, config, configText, treeText },
    report: {
      ...{ home, branch, port, template: 'service', id: null, stateFolder: null },
      mode: config.service.mode === 'none' ? 'none' : 'managed',
      program: { ...commandsOf(program), homePort },
      ...{
        layout: null,
        found: null,
        grade: 'borrowed',
        python: null,
        downloadBytes: 0,
        restorePoint: null,
        environment: null,
      },
      ...{ components: [], packages: [], fates: [], notTaken: [], workflows: [] },
      notes: [...notes, ...held],
      writes: [
        `${home}/orchestrate.yaml and ${home}/trees/service.yaml, as one commit on ${branch}`,
        `${home}/.orchestrate (worktrees, instances, logs), kept out of git by a block in .git/info/exclude`,
        `tags restore/… of the repository`,
        `${host.stateHome}/orchestrate/<id>`,
      ],
      next: ['Repeat with --yes to write this.'],
    },
  };
}

async function requireRepository(app: App, home: string): Promise<ServiceInitPlan['at']> {
  const { files } = app.outside;
  if ((await files.info(home))?.kind !== 'directory')
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `${home} is no folder: --template service looks after a repository that is there.`,
      { state },
    );
  const found = await app.inspect(home);
  if (found.kind === 'unfit') {
    const { code, reason } = found;
    const hints = {
      HOME_NOT_GIT: ['Name the top folder of the repository.', `git init ${home}`],
      HOME_DETACHED: ['git switch <branch>'],
      HOME_UNBORN: ['git commit'],
      HOME_BARE: ['Name a clone of it that has files.'],
      HOME_LFS: ['A repository with Git LFS or content filters cannot be looked after yet.'],
      HOME_UNSUPPORTED: [],
    }[code];
    throw new Fault(code, `${home} cannot be looked after as it is: ${reason}.`, { hints, state });
  }
  if ((await files.info(`${home}/.gitmodules`)) !== undefined)
    throw new Fault(
      'HOME_NESTED_REPOSITORY',
      `${home} has submodules (.gitmodules), which are not stored with its files.`,
      {
        hints: ['A repository with submodules cannot be looked after yet.'],
        state,
      },
    );
  return found;
}

async function requireNew(app: App, home: string): Promise<void> {
  const { files } = app.outside;
  if ((await files.info(`${home}/orchestrate.yaml`)) !== undefined)
    throw new Fault('HOME_EXISTS', `${home} is an installation already: it has an orchestrate.yaml.`, {
      hints: [`orchestrate status --home ${home}`, `orchestrate eject --home ${home}`],
      state,
    });
  for (const name of ['trees/service.yaml', '.orchestrate'])
    if ((await files.info(`${home}/${name}`)) !== undefined)
      throw new Fault('HOME_EXISTS', `${home} has ${name}, which orchestrate would write.`, {
        hints: [`Move ${name} away.`],
        state,
      });
}

/** What is written has to be readable again. */
function checkedConfig(given: {
  readonly id: string;
  readonly home: string;
  readonly port: number;
  readonly mode: 'managed' | 'none';
  readonly program: ServiceProgram;
}): Pick<ServiceInitPlan, 'config' | 'configText'> {
  const { id, home, port, mode, program } = given;
  const name = home.slice(home.lastIndexOf('/') + 1).slice(0, 120) || 'service';
  const text = `id: ${JSON.stringify(id)}\nname: ${JSON.stringify(name)}\ntemplate: service\nservice: { mode: ${mode}, port: ${port} }\nprogram: ${JSON.stringify(
    { ...commandsOf(program), 'command-time': `${program.commandSeconds}s` },
  )}\n`;
  const file = 'orchestrate.yaml (to be written)';
  const config = parseConfig({ file, text, origin: 'installation' });
  const configText = printServiceConfig({ ...config, ports, program });
  return { config: { ...parseConfig({ file, text: configText, origin: 'installation' }), program }, configText };
}

const commandsOf = ({ start, ready, setup, checks }: ServiceProgram) => ({
  ready,
  start: [...start],
  setup: [...setup],
  checks: checks.map((one) => [...one]),
});

async function chooseHomePort(app: App, production: number): Promise<number> {
  for (let port = ports.first - 1; port <= ports.last; port += 1)
    if (port !== production && (await app.outside.ports.isFree(port))) return port;
  throw new Fault('PORT_NONE_FREE', `No port from ${ports.first - 1} to ${ports.last} is free.`, { state });
}

const treeYaml = (
  name: string,
  homePort: number,
): string => `# The whole repository as one tree: a change is proven on its home port, or the next free one.
id: service
title: ${JSON.stringify(name)}
home-port: ${homePort}
slots: 2

# What decides about orchestrate itself (orchestrate.yaml, trees/, agents/, playbooks/) is always of high risk.
scope: ['**']
reviewers: []

# Asked by rule about every change, on the exact tree that would merge.
checks:
  - checks-pass
  - start-time-kept
  - ports-untouched
  - restore-point-exists
`;
