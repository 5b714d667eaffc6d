import type { MemoryRef } from '../../memory/entry.ts';
import type { Actor } from '../actor.ts';

/** What agents that are not ours told by hooks. Who it was is known from the channel; ids and texts are theirs. */
export interface HookRows {
  /** [`hook-task:<task>`] Somebody works on it, or does no longer. `agent`: what they call themselves. */
  'hook.task': {
    readonly task: string;
    readonly act: 'begun' | 'ended';
    readonly description: string;
    readonly agent: string | null;
    readonly session: string | null;
    readonly success: boolean | null;
    /** 0 to 1, as they judge. */
    readonly quality: number | null;
    /** What memory held for it. */
    readonly memory: readonly MemoryRef[];
    readonly by: Actor;
  };
  /** [`hook-file:<path>`] A file is about to be edited, or was. `sha256` is of what lay there then. */
  'hook.file': {
    readonly path: string;
    readonly act: 'opened' | 'done';
    readonly tree: string | null;
    readonly session: string | null;
    readonly sha256: string | null;
    readonly sizeBytes: number | null;
    readonly success: boolean | null;
    readonly memory: MemoryRef | null;
    readonly by: Actor;
  };
  /** [`hook-command:<token>`] A command was run by somebody else; secrets redacted, cut to 2,000 characters. */
  'hook.command': {
    readonly command: string;
    readonly cwd: string | null;
    readonly exitCode: number | null;
    readonly durationMs: number | null;
    readonly session: string | null;
    readonly memory: MemoryRef | null;
    readonly by: Actor;
  };
  /** [`hook-checkpoint:<ref>`] The files of a slot as they were, kept under the ref. */
  'hook.checkpoint': {
    readonly slot: string;
    readonly ref: string;
    readonly tree: string;
    readonly nFiles: number;
    readonly description: string;
    readonly session: string | null;
    readonly by: Actor;
  };
  /** [`worktrees-made`] What became of the slots that somebody wanted to see; those that were there are as they were. */
  'worktrees.made': {
    readonly slots: readonly { readonly slot: string; readonly state: 'made' | 'there' | 'held' }[];
    readonly commit: string;
    readonly by: Actor;
  };
  /** [`hook-session:<id>`; begun also `hook-session-of:<who>`, saved also `hook-session-saved`] */
  'hook.session': {
    readonly session: string;
    readonly act: 'begun' | 'saved' | 'restored';
    readonly memory: MemoryRef | null;
    readonly by: Actor;
  };
}
