import { z } from 'zod';

import { Fault } from '../../../base/fault.ts';
import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import { placeInSlot } from './place.ts';
import type { ToolScene } from './scene.ts';
import { effectTool } from './tool-of.ts';

/** Most that is written at once: a home holds declarations. */
const maxChars = 1024 * 1024;

/** Writes a file of the slot whole. The same call writes the same bytes: a repeat is safe. */
export const writeFile = (scene: ToolScene): SpecialistTool =>
  effectTool(scene, {
    name: 'write_file',
    effect: 'write',
    description:
      'Write a whole text file in your working folder; one that is there is replaced. For a part of a file use edit_file.',
    input: z.object({ path: z.string(), text: z.string().max(maxChars) }),
    async plan({ path, text }) {
      const place = await placeInSlot(scene, path, 'write');
      const info = await scene.context.files.info(place.absolute);
      if (info?.kind === 'directory') throw new Fault('FILE_ACCESS', `${place.path} is a folder.`);
      const sizeBytes = new TextEncoder().encode(text).length;
      return {
        sentence: `write ${place.path}, ${sizeBytes} bytes`,
        intent: { path: place.path, sha256: scene.context.digest.sha256(text) },
      };
    },
    async act({ path, text }) {
      // Asked again at the last moment: a link may have come in between.
      const place = await placeInSlot(scene, path, 'write');
      const { files } = scene.context;
      const info = await files.info(place.absolute);
      await files.ensureDir(place.absolute.slice(0, place.absolute.lastIndexOf('/')));
      await files.writeAtomic(place.absolute, text, { mode: info === undefined ? 0o644 : info.mode & 0o777 });
      return said(`${info === undefined ? 'Written' : 'Replaced'}: ${place.path}.`);
    },
  });
