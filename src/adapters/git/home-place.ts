import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { SlotLocation } from '../../ports/git.ts';
import { configFlag, parseConfigFile } from './config-file.ts';
import { readPlainText } from './plain-file.ts';
import type { StoreParts } from './store-parts.ts';

/** The person's repository as this adapter sees it. */
export interface HomePlace {
  readonly homeDir: string;
  /** Absolute folder in which slots lie. */
  readonly treesDir: string;
  /** `<home>/.git`. */
  readonly gitDir: string;
  /** The trusted store, whose objects are the ones that are written here. */
  readonly parts: StoreParts;
}

/** Folder below home's `.git` for files on their way into place. It can be removed at any time when nothing runs. */
export const temporaryFolder = 'orchestrate-tmp';

/** Tells whether the executable bit of files means something in home (`core.fileMode`). */
export function hasFileModes(home: HomePlace): boolean {
  return configFlag(parseConfigFile(readPlainText(path.join(home.gitDir, 'config')) ?? ''), 'core.filemode', true);
}

/** Checks a slot's name before it becomes a part of paths; `NAME_INVALID`. */
export function checkSlotName(slot: SlotLocation): void {
  if (
    /^[a-z0-9][a-z0-9._@-]{0,80}$/.test(slot.name) &&
    !slot.name.includes('..') &&
    !slot.name.endsWith('.lock') &&
    path.isAbsolute(slot.dir)
  )
    return;
  throw new Fault('NAME_INVALID', `${JSON.stringify(slot.name)} cannot name a slot.`, {
    state: 'Nothing was changed.',
  });
}
