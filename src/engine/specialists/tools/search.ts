import { z } from 'zod';

import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import { placeInSlot } from './place.ts';
import type { ToolScene } from './scene.ts';
import { asText } from './text-of.ts';
import { readTool } from './tool-of.ts';
import { walkSlot } from './walk-slot.ts';

const maxHits = 200;
/** Bytes of one file that are looked through, and characters of a line that are shown. */
const maxBytes = 2 * 1024 * 1024;
const maxLineChars = 300;

/** Finds a text in the files of the slot, as it stands: no pattern that a model wrote can run long. */
export const search = (scene: ToolScene): SpecialistTool =>
  readTool(scene, {
    name: 'search',
    description:
      'Find a text in the files of your working folder, letter by letter; no patterns. Answers path:line: text.',
    input: z.object({
      text: z.string().min(1).max(500).describe('What to find, on one line.'),
      path: z.string().default('.').describe('Folder to look in.'),
      ignoreCase: z.boolean().default(false),
    }),
    async read({ text, path, ignoreCase }) {
      const place = await placeInSlot(scene, path === '' ? '.' : path, 'read');
      const wanted = ignoreCase ? text.toLowerCase() : text;
      const hits: string[] = [];
      for await (const file of walkSlot(scene, place)) {
        if (file.kind === 'link') continue;
        const part = await scene.context.files.readPart(file.absolute, { offset: 0, maxBytes });
        const content = part && asText(part.bytes);
        if (content === undefined) continue;
        for (const [index, line] of content.split('\n').entries()) {
          if (!(ignoreCase ? line.toLowerCase() : line).includes(wanted)) continue;
          hits.push(`${file.path}:${index + 1}: ${line.slice(0, maxLineChars)}`);
          if (hits.length >= maxHits) return said([...hits, `[there may be more than these ${maxHits}]`].join('\n'));
        }
      }
      return said(hits.length === 0 ? `${JSON.stringify(text)} is in no file there.` : hits.join('\n'));
    },
  });
