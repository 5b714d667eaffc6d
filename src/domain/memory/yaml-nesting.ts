import { Lexer } from 'yaml';

import { MAX_YAML_DEPTH } from '../definitions/yaml-depth.ts';

/**
 * Returns the offset at which lists and fields of a YAML text are nested too deeply on the way to there, or undefined. The parser
 * takes seconds before it can be asked how deep it went; the lexer is stopped at the first bracket too many.
 */
export function findDeepNesting(text: string): number | undefined {
  let nBrackets = 0;
  let nOnLine = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') nBrackets += 1;
    else if (token === ']' || token === '}') nBrackets -= 1;
    else if (token === '-' || token === '?') nOnLine += 1;
    else if (token.includes('\n')) nOnLine = 0;
    if (nBrackets > MAX_YAML_DEPTH || nOnLine > MAX_YAML_DEPTH) return offset;
    offset += isControl(token) ? 0 : token.length;
  }
  return undefined;
}

/** The lexer's own marks for the start of a document, of a flow that ends, of a scalar: they stand for no text. */
const isControl = (token: string): boolean => /^[\u0002\u0018\u001f]$/.test(token);
