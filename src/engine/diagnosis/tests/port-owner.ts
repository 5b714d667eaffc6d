import { shownCommand } from '../../../domain/alerts/shown-command.ts';
import type { CauseTest } from '../test-causes.ts';

/** Looks at who listens on the port that was taken. Nobody is ended. */
export const testPortOwner: CauseTest = async ({ outside }, { finding }) => {
  const port = Number(/^port:(\d+)$/.exec(finding.culprit ?? '')?.[1]);
  if (finding.signature !== 'S37' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const test = `who listens on port ${port}`;
  const holder = await outside.ports.holder(port);
  if (holder.kind === 'free') return { test, outcome: 'ruled out', sentence: `Nobody listens on port ${port} now.` };
  const [owner] = holder.owners;
  const who =
    owner === undefined ? 'a program of another user' : `process ${owner.pid} (${shownCommand(owner.argv, 200)})`;
  return { test, outcome: 'confirmed', sentence: `Port ${port} is held by ${who}.` };
};
