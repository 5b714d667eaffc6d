import type { Actor } from '../journal/actor.ts';
import type { HookRows } from '../journal/rows/hooks.ts';

/** What a hook has put on record, by the kind of its row. A checkpoint is none: the supervisor makes it. */
export type HookNote = {
  [Kind in NotedKind]: { readonly kind: Kind; readonly data: Omit<HookRows[Kind], 'by'> };
}[NotedKind];

type NotedKind = Exclude<keyof HookRows, 'hook.checkpoint' | 'worktrees.made'>;

/** Returns the keys of the row that a note becomes; the first is the one by which whoever asked finds it. `token` names this very note. */
export function noteKeys(
  note: HookNote,
  { token, by }: { readonly token: string; readonly by: Actor },
): readonly string[] {
  switch (note.kind) {
    case 'hook.task':
      return [`hook-task:${note.data.task}`];
    case 'hook.file':
      return [`hook-file:${note.data.path}`];
    case 'hook.command':
      return [`hook-command:${token}`];
    case 'hook.session': {
      const { session, act } = note.data;
      const more = { begun: [sessionOf(by)], saved: ['hook-session-saved'], restored: [sessionOf(by)] } as const;
      return [`hook-session:${session}`, ...more[act]];
    }
  }
}

/** Key of the session that somebody began last. */
export const sessionOf = ({ kind, name }: Actor): string => `hook-session-of:${kind}:${name}`;
