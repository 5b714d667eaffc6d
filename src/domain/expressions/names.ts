import type { ASTNode } from '@marcbachmann/cel-js';

import { didYouMean } from '../definitions/did-you-mean.ts';
import { partsOf } from './ast.ts';
import { knownFunctions, listMacros } from './language.ts';
import { type ExpressionProblem, type ExpressionScope, installationFields } from './scope.ts';

/** What an expression reads. */
export interface Reads {
  readonly steps: readonly string[];
  readonly conditions: readonly string[];
  /** The thing that the step is done for, or what the step itself reported. */
  readonly own: boolean;
}

const roots = ['inputs', 'steps', 'conditions', 'installation', 'item', 'output'] as const;
type Root = (typeof roots)[number];

/** Returns the first name, function or shape in an expression that is not allowed at its place. */
export function findWrongName(ast: ASTNode, scope: ExpressionScope): ExpressionProblem | undefined {
  return wrongIn(ast, { scope, bound: [], inList: false });
}

/** Returns what an expression reads; its names have been checked. */
export function readsOf(ast: ASTNode): Reads {
  const steps = new Set<string>();
  const conditions = new Set<string>();
  let own = false;
  const look = (node: ASTNode): void => {
    const access = accessOf(node);
    if (access?.root === 'steps' && access.name !== undefined) steps.add(access.name);
    if (access?.root === 'conditions' && access.name !== undefined) conditions.add(access.name);
    if (node.op === 'id' && (node.args === 'item' || node.args === 'output')) own = true;
    for (const part of partsOf(node)) look(part);
  };
  look(ast);
  return { steps: [...steps], conditions: [...conditions], own };
}

interface Place {
  readonly scope: ExpressionScope;
  /** Names that a list macro gave to what it goes through. */
  readonly bound: readonly string[];
  readonly inList: boolean;
}

function wrongIn(node: ASTNode, place: Place): ExpressionProblem | undefined {
  const access = accessOf(node);
  if (access !== undefined && !place.bound.includes(access.root)) return wrongAccess(node, access, place.scope);
  if (node.op === 'id') return wrongId(node.args, node.start, place);
  if (node.op === 'rcall' && listMacros.has(node.args[0])) return wrongMacro(node.args, node.start, place);
  if (node.op === 'in' && place.inList && node.args[1].op !== 'list')
    return { message: 'may not look through a list within a list (in)', offset: node.start };
  const wrong = first(partsOf(node), (part) => wrongIn(part, place));
  if (wrong !== undefined || (node.op !== 'call' && node.op !== 'rcall')) return wrong;
  const [name] = node.args;
  if (knownFunctions.has(name)) return undefined;
  const known = [...knownFunctions, ...listMacros];
  const message = `has no function ${name}: there are ${known.join(', ')}.${didYouMean(name, known)}`;
  return { message, offset: Math.max(0, node.input.indexOf(name, node.start)) };
}

function wrongMacro(
  [name, list, args]: readonly [string, ASTNode, readonly ASTNode[]],
  offset: number,
  place: Place,
): ExpressionProblem | undefined {
  if (place.inList) return { message: `may not go through a list within a list (${name})`, offset };
  const [variable, ...bodies] = args;
  const bound = variable?.op === 'id' ? [...place.bound, variable.args] : place.bound;
  return wrongIn(list, place) ?? first(bodies, (body) => wrongIn(body, { ...place, bound, inList: true }));
}

function wrongId(name: string, offset: number, { scope, bound }: Place): ExpressionProblem | undefined {
  if (bound.includes(name)) return undefined;
  if ((name === 'item' && scope.item) || (name === 'output' && scope.output)) return undefined;
  const known = roots.filter((root) => isHere(root, scope));
  if (isRoot(name) && known.includes(name))
    return { message: `has to say which of ${name}: ${name}.<name>, or ${name}["<name>"] for one with a "-"`, offset };
  // `steps.choose-core` reads as a subtraction.
  const hint = didYouMean(name, known);
  const dash = hint === '' ? ' A name with a "-" is written steps["<name>"].' : hint;
  return { message: `knows no ${name} here: there are ${known.join(', ')}.${dash}`, offset };
}

interface Access {
  readonly root: string;
  /** Undefined where it is not written out. */
  readonly name: string | undefined;
  readonly offset: number;
}

/** `inputs.version` and `inputs["version"]`, as what they name. */
function accessOf(node: ASTNode): Access | undefined {
  if (node.op === '.' || node.op === '.?') {
    const [of, name] = node.args;
    return of.op === 'id' && isNamed(of.args) ? { root: of.args, name, offset: of.end + 1 } : undefined;
  }
  if (node.op !== '[]' && node.op !== '[?]') return undefined;
  const [of, at] = node.args;
  if (of.op !== 'id' || !isNamed(of.args)) return undefined;
  const name = at.op === 'value' && typeof at.args === 'string' ? at.args : undefined;
  return { root: of.args, name, offset: at.start };
}

const isRoot = (name: string): name is Root => (roots as readonly string[]).includes(name);
const isNamed = (name: string): boolean => ['inputs', 'steps', 'conditions', 'installation'].includes(name);

function isHere(root: Root, scope: ExpressionScope): boolean {
  if (root === 'conditions' || root === 'item' || root === 'output') return scope[root];
  return true;
}

function wrongAccess(
  node: ASTNode,
  { root, name, offset }: Access,
  scope: ExpressionScope,
): ExpressionProblem | undefined {
  if (root === 'conditions' && !scope.conditions)
    return { message: 'may not ask for conditions here: they may change between two looks', offset: node.start };
  if (name === undefined) return { message: `has to write out which of ${root} it reads`, offset };
  if (root === 'conditions') {
    if (/^[a-z][a-z0-9-]{0,39}:[a-z][a-z0-9_-]{0,63}$/.test(name)) return undefined;
    return {
      message: `names no condition with ${name}: write conditions["<tree>:<name>"], e.g. conditions["env-setup:environment_stable"]`,
      offset,
    };
  }
  const known = root === 'inputs' ? scope.inputs : root === 'steps' ? scope.steps : Object.keys(installationFields);
  if (known.includes(name)) return undefined;
  const what = { inputs: 'input', steps: 'step before it', installation: 'fact of the installation' }[root as 'inputs'];
  const list = known.length === 0 ? 'There is none.' : `There are: ${known.join(', ')}.`;
  const near = didYouMean(name, known);
  return { message: `knows no ${what} ${name}.${near === '' ? ` ${list}` : near}`, offset };
}

function first<T, R>(all: Iterable<T>, find: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
