import type { GitTreeId } from '../../base/ids.ts';
import type { UnsupportedContent } from '../../ports/git.ts';
import { folderMode, gitlinkMode } from './object-format.ts';
import type { StoreParts } from './store-parts.ts';

/** Attributes files beyond this are not attributes; git itself stops at 100 MB. */
const maxAttributesBytes = 4 * 1024 * 1024;

/** Returns what in a tree would make a work tree's bytes differ from the stored ones, or is no plain file. */
export async function findUnsupported(parts: StoreParts, tree: GitTreeId): Promise<readonly UnsupportedContent[]> {
  const found: UnsupportedContent[] = [];
  const look = async (id: string, prefix: string): Promise<void> => {
    for (const entry of await parts.trees.entries(id)) {
      const path = prefix + entry.name;
      if (entry.mode === folderMode) {
        await look(entry.id, `${path}/`);
      } else if (entry.mode === gitlinkMode) {
        found.push({ path, code: 'HOME_NESTED_REPOSITORY', reason: 'is a nested repository (submodule)' });
      } else if (entry.name === '.gitattributes' && entry.mode !== '120000') {
        const body = await parts.reader.require(entry.id, 'blob');
        found.push(...unsupportedAttributes(path, body.subarray(0, maxAttributesBytes).toString('utf8')));
      }
    }
  };
  await look(tree, '');
  return found;
}

/** Returns the lines of an attributes file that convert content (gitattributes(5)): filters, ident, encodings, line ends. */
export function unsupportedAttributes(path: string, text: string): readonly UnsupportedContent[] {
  const found: UnsupportedContent[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const words = splitPattern(line.trim());
    for (const word of words) {
      const reason = unsupportedAttribute(word);
      if (reason === undefined) continue;
      const code = word.startsWith('filter') ? 'HOME_LFS' : 'HOME_UNSUPPORTED';
      found.push({ path, code, reason: `line ${index + 1} ${reason} (${word})` });
    }
  }
  return found;
}

/** The attributes of a line: all words after the pattern, which may be quoted. */
function splitPattern(line: string): readonly string[] {
  const rest = line.startsWith('"') ? line.replace(/^"(?:[^"\\]|\\.)*"/, '') : line.replace(/^\S+/, '');
  return rest.split(/\s+/).filter((word) => word !== '');
}

function unsupportedAttribute(word: string): string | undefined {
  if (/^filter=./.test(word) || word === 'filter')
    return word === 'filter=lfs' ? 'uses Git LFS' : 'uses a content filter';
  if (word === 'ident') return 'replaces $Id$ on checkout';
  if (/^working-tree-encoding=./.test(word) && !/=utf-?8$/i.test(word)) return 'changes the encoding on checkout';
  if (word === 'eol=crlf' || word === 'crlf') return 'changes line ends on checkout';
  return undefined;
}
