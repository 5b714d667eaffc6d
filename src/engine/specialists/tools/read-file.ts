import { z } from 'zod';

import { Fault } from '../../../base/fault.ts';
import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import { maxAnswerChars } from './capped.ts';
import { placeInSlot } from './place.ts';
import type { ToolScene } from './scene.ts';
import { asText } from './text-of.ts';
import { readTool } from './tool-of.ts';

/** Most of a file that is read at once, in bytes: a file of 100 MB takes no more memory than this. */
const maxBytes = 1024 * 1024;

/** Reads a text file of the slot, or some lines of it. What is no text is described. */
export const readFile = (scene: ToolScene): SpecialistTool =>
  readTool(scene, {
    name: 'read_file',
    description:
      'Read a text file of your working folder. Lines come as they are. With `line` and `lines` a part of a long file.',
    input: z.object({
      path: z.string().describe('Relative to your working folder.'),
      line: z.number().int().min(1).default(1).describe('First line, from 1.'),
      lines: z.number().int().min(1).max(5_000).default(2_000).describe('How many lines.'),
    }),
    async read({ path, line, lines }) {
      const place = await placeInSlot(scene, path, 'read');
      const part = await scene.context.files.readPart(place.absolute, { offset: 0, maxBytes });
      if (part === undefined) throw new Fault('FILE_ACCESS', `There is no file ${place.path}.`);
      const text = asText(part.bytes);
      if (text === undefined) return said(`${place.path} is no text: ${part.sizeBytes} bytes, ${kindOf(part.bytes)}.`);
      const isCut = part.sizeBytes > part.bytes.byteLength;
      const all = text.split('\n');
      const shown = all.slice(line - 1, line - 1 + lines);
      const whole = shown.join('\n').slice(0, maxAnswerChars - 200);
      const isPart = isCut || line > 1 || shown.length < all.length || whole.length < shown.join('\n').length;
      const note = isPart
        ? `\n[lines ${line} to ${line - 1 + whole.split('\n').length} of ${isCut ? 'more than ' : ''}${all.length}; ${part.sizeBytes} bytes]`
        : '';
      return said(`${whole}${note}`);
    },
  });

/** First bytes that say what a file is. */
const kinds: readonly (readonly [string, string])[] = [
  ['89504e47', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
  ['504b0304', 'a ZIP archive'],
  ['1f8b', 'a gzip archive'],
  ['7f454c46', 'an ELF program'],
  ['53514c69746520', 'an SQLite database'],
];

function kindOf(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return kinds.find(([start]) => hex.startsWith(start))?.[1] ?? `it begins with ${hex}`;
}
