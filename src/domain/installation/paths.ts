import type { TemplateId } from '../definitions/types.ts';

/** Where the parts of an installation lie; all absolute. */
export interface InstallationPaths {
  readonly home: string;
  readonly gitDir: string;
  readonly config: string;
  readonly trees: string;
  readonly memory: string;
  readonly sessions: string;
  readonly logs: string;
  /** `.orchestrate/`: ignored, rebuildable. */
  readonly work: string;
  readonly envs: string;
  readonly instances: string;
  readonly wheels: string;
  readonly trash: string;
  /** `$XDG_STATE_HOME/orchestrate/<id>`: mode 0700, out of reach of agents. */
  readonly state: string;
  readonly store: string;
  readonly tools: string;
  readonly scratch: string;
}

/**
 * Returns the layout of DESIGN 4 for a home and the state folder of its id. In a repository of the person's own (template `service`)
 * all that is ignored lies in the one folder of ours: `logs/` or `trees/` may be theirs.
 */
export function installationPaths(
  home: string,
  stateHome: string,
  id: string,
  template: TemplateId = 'comfyui',
): InstallationPaths {
  const work = `${home}/.orchestrate`;
  const own = { comfyui: home, service: work }[template];
  const state = `${stateHome}/orchestrate/${id}`;
  return {
    home,
    gitDir: `${home}/.git`,
    config: `${home}/orchestrate.yaml`,
    trees: `${own}/trees`,
    memory: `${own}/memory`,
    sessions: `${own}/sessions`,
    logs: `${own}/logs`,
    work,
    envs: `${work}/envs`,
    instances: `${work}/instances`,
    wheels: `${work}/wheels`,
    trash: `${work}/trash`,
    state,
    store: `${state}/store.git`,
    tools: `${state}/tools`,
    scratch: `${state}/scratch`,
  };
}
