import type { ASTNode } from '@marcbachmann/cel-js';

import { partsOf } from './ast.ts';
import { languageOf, listMacros } from './language.ts';

/** What an expression reads, as far as it is written out: `steps.a.outputs[0].ok` is `steps` and `a`, `outputs`, one of a list, `ok`. */
export interface ReadPath {
  readonly root: string;
  /** A name is undefined for one thing of a list; `offset` counts UTF-16 units from the beginning of the expression. */
  readonly names: readonly { readonly name: string | undefined; readonly offset: number }[];
}

/** Returns every path of an expression that has been read, except below what a list macro goes through. */
export function pathsIn(text: string): readonly ReadPath[] {
  const found: ReadPath[] = [];
  const look = (node: ASTNode, bound: readonly string[]): void => {
    const path = pathOf(node);
    if (path !== undefined) {
      if (!bound.includes(path.root)) found.push(path);
      return;
    }
    const variable = node.op === 'rcall' && listMacros.has(node.args[0]) ? node.args[2][0] : undefined;
    const inside = variable?.op === 'id' ? [...bound, variable.args] : bound;
    for (const part of partsOf(node)) look(part, inside);
  };
  look(languageOf(everywhere).parse(text).ast, []);
  return found;
}

function pathOf(node: ASTNode): ReadPath | undefined {
  if (node.op === 'id') return { root: node.args, names: [] };
  if (node.op === '.' || node.op === '.?') {
    const [of, name] = node.args;
    return below(of, { name, offset: of.end + 1 });
  }
  if (node.op !== '[]' && node.op !== '[?]') return undefined;
  const [of, at] = node.args;
  if (at.op !== 'value') return undefined;
  return below(of, { name: typeof at.args === 'string' ? at.args : undefined, offset: at.start });
}

function below(of: ASTNode, name: ReadPath['names'][number]): ReadPath | undefined {
  const path = pathOf(of);
  return path && { root: path.root, names: [...path.names, name] };
}

const everywhere = { inputs: [], steps: [], conditions: true, item: true, output: true };
