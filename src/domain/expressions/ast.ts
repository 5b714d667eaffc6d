import type { ASTNode } from '@marcbachmann/cel-js';

/** Returns the expressions that an expression is made of, one level down. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  const { args } = node as { args: unknown };
  const found: ASTNode[] = [];
  const collect = (one: unknown): void => {
    if (Array.isArray(one)) one.forEach(collect);
    else if (one !== null && typeof one === 'object' && 'op' in one) found.push(one as ASTNode);
  };
  collect(args);
  return found;
}
