import { z } from 'zod';

import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import { placeInSlot } from './place.ts';
import type { ToolScene } from './scene.ts';
import { readTool } from './tool-of.ts';
import { walkSlot } from './walk-slot.ts';

const maxListed = 1_000;

/** Lists the files of the slot below a folder. */
export const listFiles = (scene: ToolScene): SpecialistTool =>
  readTool(scene, {
    name: 'list_files',
    description:
      'List the files below a folder of your working folder, with their sizes. Links are shown, not followed.',
    input: z.object({
      path: z.string().default('.').describe('Folder, relative to your working folder.'),
      name: z.string().max(200).default('').describe('Only paths that hold this text.'),
    }),
    async read({ path, name }) {
      const place = await placeInSlot(scene, path === '' ? '.' : path, 'read');
      const lines: string[] = [];
      let nMore = 0;
      for await (const file of walkSlot(scene, place)) {
        if (!file.path.includes(name)) continue;
        if (lines.length < maxListed)
          lines.push(`${file.path}${file.kind === 'link' ? ' (a link)' : ` ${file.sizeBytes}`}`);
        else nMore += 1;
      }
      if (lines.length === 0)
        return said(`There is no such file below ${place.path === '' ? 'your folder' : place.path}.`);
      return said([...lines, ...(nMore === 0 ? [] : [`[${nMore} more]`])].join('\n'));
    },
  });
