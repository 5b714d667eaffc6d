/** How a ComfyUI folder came to be where it is. */
export type LayoutId = 'clone' | 'archive' | 'swarmui' | 'stability-matrix';

/** What was seen of a ComfyUI folder; plain facts, judged here and nowhere else. */
export interface LayoutFacts {
  /** Absolute, links resolved. */
  readonly comfyui: string;
  /** What its `.git` says; null where there is none. */
  readonly git: { readonly branch: string | null; readonly tag: string | null; readonly commit: string | null } | null;
  /** Of the paths that `layoutMarks` names, those that are there. */
  readonly there: ReadonlySet<string>;
}

export interface Layout {
  readonly id: LayoutId;
  /** One sentence for people. */
  readonly sentence: string;
  /** Folder of the program that the copy belongs to; null for a folder of the person's own. */
  readonly root: string | null;
  /** Who starts production: `none` where that program does it, and orchestrate must not. */
  readonly mode: 'managed' | 'none';
  /** Port that its production usually has. */
  readonly port: number;
  /** Folders that may hold its environment, best first. */
  readonly environments: readonly string[];
}

/** SwarmUI gives its own ComfyUI the ports from here on (`src/BuiltinExtensions/ComfyUIBackend`). */
const swarmPort = 7820;
const comfyPort = 8188;

/** Returns the paths whose presence tells the layouts apart. */
export function layoutMarks(comfyui: string): readonly string[] {
  return [...swarmMarks(comfyui), ...matrixMarks(comfyui)];
}

/** Judges what a ComfyUI folder is. A name alone proves nothing: the program around it has to be there, too. */
export function detectLayout(facts: LayoutFacts): Layout {
  const { comfyui, git, there } = facts;
  const has = (paths: readonly string[]): boolean => paths.some((path) => there.has(path));
  const inside = ['venv', '.venv', 'env'].map((name) => `${comfyui}/${name}`);
  const swarm = swarmRoot(comfyui);
  if (swarm !== undefined && has(swarmMarks(comfyui)))
    return {
      id: 'swarmui',
      sentence: `SwarmUI's own copy, ${headText(git)}; SwarmUI (${swarm}) starts and stops it.`,
      root: swarm,
      mode: 'none',
      port: swarmPort,
      environments: inside,
    };
  const data = matrixData(comfyui);
  if (data !== undefined && has(matrixMarks(comfyui)))
    return {
      id: 'stability-matrix',
      sentence: `Stability Matrix's own copy, ${headText(git)}; models are shared from ${data}/Models.`,
      root: data,
      mode: 'managed',
      port: comfyPort,
      environments: inside,
    };
  const parent = comfyui.slice(0, comfyui.lastIndexOf('/'));
  const beside = ['venv', '.venv'].map((name) => `${parent}/${name}`);
  return {
    id: git === null ? 'archive' : 'clone',
    sentence: git === null ? 'An archive that was unpacked: it has no .git.' : `A clone, ${headText(git)}.`,
    root: null,
    mode: 'managed',
    port: comfyPort,
    environments: [...inside, ...beside],
  };
}

function headText(git: LayoutFacts['git']): string {
  if (git === null) return 'without git';
  const at = git.commit === null ? 'without a commit' : `at ${git.commit.slice(0, 7)}`;
  if (git.branch !== null) return `on ${git.branch} ${at}`;
  return git.tag === null ? `detached ${at}` : `detached at ${git.tag} (${git.commit?.slice(0, 7)})`;
}

const swarmRoot = (comfyui: string): string | undefined => /^(.+)\/dlbackend\/comfyui$/i.exec(comfyui)?.[1];
const matrixData = (comfyui: string): string | undefined => /^(.+)\/Packages\/[^/]+$/.exec(comfyui)?.[1];

function swarmMarks(comfyui: string): readonly string[] {
  const root = swarmRoot(comfyui);
  const names = ['Data/Settings.fds', 'Data/comfy-auto-model.yaml', 'launch-linux.sh', 'src/SwarmUI.csproj'];
  return root === undefined ? [] : names.map((name) => `${root}/${name}`);
}

function matrixMarks(comfyui: string): readonly string[] {
  const data = matrixData(comfyui);
  return data === undefined ? [] : ['settings.json', 'Models'].map((name) => `${data}/${name}`);
}
