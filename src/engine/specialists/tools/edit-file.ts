import { z } from 'zod';

import { Fault } from '../../../base/fault.ts';
import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import { type Place, placeInSlot } from './place.ts';
import type { ToolScene } from './scene.ts';
import { asText } from './text-of.ts';
import { effectTool } from './tool-of.ts';

/** Largest file that is edited. */
const maxBytes = 4 * 1024 * 1024;

/** Replaces a text in a file of the slot by another one. After a kill it is known by the bytes whether it was done. */
export const editFile = (scene: ToolScene): SpecialistTool => {
  const { digest, files } = scene.context;
  return effectTool(scene, {
    name: 'edit_file',
    effect: 'write',
    description:
      'Replace a text in a file of your working folder by another one. `old` has to stand there letter by letter, once; with `all` any number of times.',
    input: z.object({
      path: z.string(),
      old: z.string().min(1),
      new: z.string(),
      all: z.boolean().default(false),
    }),
    async plan({ path, old, new: by, all }) {
      const place = await placeInSlot(scene, path, 'write');
      const text = await requireText(scene, place);
      const nTimes = text.split(old).length - 1;
      if (nTimes === 0)
        throw new Fault('FILE_ACCESS', `What is to be replaced does not stand in ${place.path}: read it again.`);
      if (nTimes > 1 && !all)
        throw new Fault(
          'FILE_ACCESS',
          `It stands ${nTimes} times in ${place.path}: take more of what is around it, or all.`,
        );
      const after = text.split(old).join(by);
      const intent = { path: place.path, before: digest.sha256(text), after: digest.sha256(after), nTimes };
      return { sentence: `edit ${place.path} in ${nTimes} place${nTimes === 1 ? '' : 's'}`, intent };
    },
    async look({ path }, { after, nTimes }) {
      const place = await placeInSlot(scene, path, 'write');
      const text = await requireText(scene, place);
      return digest.sha256(text) === after ? edited(place, Number(nTimes)) : undefined;
    },
    async act({ path, old, new: by }, { before, nTimes }) {
      const place = await placeInSlot(scene, path, 'write');
      const text = await requireText(scene, place);
      if (digest.sha256(text) !== before)
        throw new Fault('FILE_ACCESS', `${place.path} was changed meanwhile: read it again.`);
      const info = await files.info(place.absolute);
      await files.writeAtomic(place.absolute, text.split(old).join(by), { mode: (info?.mode ?? 0o644) & 0o777 });
      return edited(place, Number(nTimes));
    },
  });
};

const edited = (place: Place, nTimes: number) =>
  said(`Edited ${place.path} in ${nTimes} place${nTimes === 1 ? '' : 's'}.`);

async function requireText({ context }: ToolScene, { path, absolute }: Place): Promise<string> {
  const part = await context.files.readPart(absolute, { offset: 0, maxBytes });
  if (part === undefined) throw new Fault('FILE_ACCESS', `There is no file ${path}.`);
  const text = asText(part.bytes);
  if (text === undefined) throw new Fault('FILE_ACCESS', `${path} is no text.`);
  if (part.sizeBytes > part.bytes.byteLength) throw new Fault('FILE_ACCESS', `${path} is too large to be edited.`);
  return text;
}
