import { nextLine } from '../failure.ts';
import { dim, strong, type Line } from '../line.ts';

interface TemplatesOutput {
  readonly templates: readonly {
    readonly id: string;
    readonly summary: string;
    readonly proves: string;
    readonly begins: string;
    readonly isHere: boolean;
  }[];
}

/** Renders `templates list`: what each looks after, what a proof shows, and how to begin. */
export const renderTemplates = ({ templates }: TemplatesOutput): readonly Line[] =>
  templates.flatMap(({ id, summary, proves, begins, isHere }): Line[] => [
    [strong(id), `  ${summary}`, dim(isHere ? '  (here)' : '')],
    `  a change is proven when: ${proves}`,
    nextLine(begins),
  ]);
