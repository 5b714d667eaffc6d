import { Fault } from '../../base/fault.ts';
import { positionAt, type LocatedText } from './locator.ts';

/** Where the fields of a Markdown file lie, and where its text begins. */
export interface FrontMatter {
  readonly start: number;
  readonly end: number;
  readonly bodyStart: number;
}

/** Returns where the front matter lies. Fault: `DEFINITION_SYNTAX`. */
export function frontMatterOf({ file, text }: LocatedText): FrontMatter {
  const first = /^---[ \t]*\r?\n/.exec(text);
  if (first === null) {
    throw new Fault('DEFINITION_SYNTAX', 'The file has to start with a line --- and the fields of the agent.', {
      at: positionAt({ file, text }, 0),
      hints: ['Write a line --- here, its fields such as name: my-agent, and another line ---.'],
    });
  }
  const start = first[0].length;
  const last = /^---[ \t]*(?:\r?\n|$)/m.exec(text.slice(start));
  if (last === null) {
    throw new Fault('DEFINITION_SYNTAX', 'The line --- that ends the fields of the agent is missing.', {
      at: positionAt({ file, text }, 0),
      hints: ['Write a line --- below the last field.'],
    });
  }
  return { start, end: start + last.index, bodyStart: start + last.index + last[0].length };
}
