import { dirname } from 'node:path';

import type { Files } from '../../ports/files.ts';
import { findProgram } from '../host/search-path.ts';

/** What a program has to see to be started, and which folders have to be on its PATH. */
export interface ProgramNeeds {
  readonly readable: readonly string[];
  readonly path: readonly string[];
}

/** Bytes of a file in which its first line is looked for. */
const firstLineBytes = 256;

/**
 * Returns what a program needs: the folder that it was installed into, all of `node_modules` where it lies in one, as its parts are packages
 * of their own, and the Node that a script of Node is run by.
 */
export async function needsOf(
  { files, searchPath }: { files: Files; searchPath: readonly string[] },
  program: string,
): Promise<ProgramNeeds> {
  const installed = installedIn(program);
  const head = await files.readPart(program, { offset: 0, maxBytes: firstLineBytes });
  const isNodeScript = /^#!\S*(?:env)?\s*(?:\S*\/)?node\b/.test(
    new TextDecoder().decode(head?.bytes ?? new Uint8Array()),
  );
  const node = isNodeScript ? findProgram('node', searchPath) : undefined;
  const realNode = node === undefined ? undefined : await files.realPath(node);
  if (node === undefined || realNode === undefined) return { readable: [installed], path: [] };
  return { readable: [installed, dirname(node), realNode], path: [dirname(node)] };
}

function installedIn(program: string): string {
  const at = program.indexOf('/node_modules/');
  // Alone: what lies beside it may be the person's whole home.
  return at < 0 ? program : program.slice(0, at + '/node_modules'.length);
}
