import { Fault } from '../../../base/fault.ts';
import { slotPlace } from '../../../domain/paths/slot-place.ts';
import type { ToolScene } from './scene.ts';

export interface Place {
  /** Relative to the slot. */
  readonly path: string;
  readonly absolute: string;
}

/**
 * Returns where in the slot a path leads, if it may be read or written there: no link on the way or at its end, nothing that a git or
 * another agent would obey. Fault `TOOL_REFUSED`.
 */
export async function placeInSlot({ context }: ToolScene, path: string, use: 'read' | 'write'): Promise<Place> {
  const place = slotPlace(path, use);
  if (place.kind === 'refused') throw refused(path, place.why);
  const parts = place.path === '' ? [] : place.path.split('/');
  let absolute = context.slot.dir;
  for (const [index, part] of parts.entries()) {
    absolute = `${absolute}/${part}`;
    const info = await context.files.info(absolute);
    if (info === undefined) break;
    if (info.kind === 'link') throw refused(path, 'is or goes through a link');
    if (info.kind === 'other') throw refused(path, 'is neither a file nor a folder');
    if (index < parts.length - 1 && info.kind !== 'directory')
      throw refused(path, `goes through ${part}, which is a file`);
  }
  return { path: place.path, absolute: [context.slot.dir, ...parts].join('/') };
}

const refused = (path: string, why: string): Fault =>
  new Fault('TOOL_REFUSED', `${JSON.stringify(path.slice(0, 200))} ${why}.`, {
    state: 'Nothing was done.',
    hints: ['Paths are relative to the slot, such as ops/service.yaml.'],
  });
