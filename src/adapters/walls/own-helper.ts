import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program of ours that runs inside: a source file beside this one in development, a file of the bundle otherwise. */
export function ownHelper(name: 'egress-relay' | 'wall-acts'): { readonly from: string; readonly at: string } {
  const file = `${name}.helper.${import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'}`;
  const from = fileURLToPath(new URL(file, import.meta.url));
  if (!existsSync(from)) throw new Error(`a program of the wall is not at ${from}`);
  return { from, at: `/run/orchestrate/${file}` };
}
