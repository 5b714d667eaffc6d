import type { Place } from './place.ts';
import type { ToolScene } from './scene.ts';

interface WalkedFile {
  readonly path: string;
  readonly absolute: string;
  readonly kind: 'file' | 'link';
  readonly sizeBytes: number;
}

/** Entries that are looked at: a home holds declarations, and a walk has an end. */
const maxEntries = 20_000;

/** Gives the files below a place of the slot, by name; links are named and not followed, what is never part of a tree is left out. */
export async function* walkSlot({ engine, context }: ToolScene, from: Place): AsyncGenerator<WalkedFile> {
  const { files } = context;
  const open = [from];
  for (let nSeen = 0; open.length > 0;) {
    const folder = open.pop() as Place;
    const below: Place[] = [];
    for (const name of await files.list(folder.absolute)) {
      nSeen += 1;
      if (nSeen > maxEntries) return;
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      if (name === '.git' || engine.template.skipInSlot(path)) continue;
      const absolute = `${folder.absolute}/${name}`;
      const info = await files.info(absolute);
      if (info?.kind === 'directory') below.push({ path, absolute });
      else if (info?.kind === 'file' || info?.kind === 'link')
        yield { path, absolute, kind: info.kind, sizeBytes: info.sizeBytes };
    }
    open.push(...below.reverse());
  }
}
