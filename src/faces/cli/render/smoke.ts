import type { smokeList } from '../../../app/operations/smoke-list.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, type Line, strong } from '../line.ts';

type Output = Awaited<ReturnType<(typeof smokeList)['run']>>;

/** Renders `smoke list`. */
export function renderSmokeList({ workflows, others }: Output): readonly Line[] {
  const rest = others === null || others === 0 ? [] : [dim(`not run by any change: your other ${others} workflows`)];
  if (workflows.length === 0)
    return ['No workflow is run by changes.', ...rest.map((one) => [one]), nextLine('orchestrate smoke add <file>')];
  return [...workflows.map(workflowLine), ...rest.map((one) => [one])];
}

function workflowLine({ name, nodes, problem, lastRun }: Output['workflows'][number]): Line {
  if (problem !== null) return [strong(name), ' · ', bad(problem)];
  const nodesText = ` · ${nodes ?? 0} nodes · `;
  if (lastRun === null) return [strong(name), nodesText, 'no change has run it yet'];
  if (lastRun.failure !== null)
    return [
      strong(name),
      nodesText,
      bad(`failed: ${lastRun.failure}`),
      dim(` ${lastRun.fault === null ? '' : `${lastRun.fault.code} `}(#${lastRun.row})`),
    ];
  return [
    strong(name),
    nodesText,
    good(`${(lastRun.durationMs / 1000).toFixed(1)} s, ${lastRun.pictures} pictures`),
    ` on ${lastRun.device}`,
    dim(` (#${lastRun.row})`),
  ];
}
