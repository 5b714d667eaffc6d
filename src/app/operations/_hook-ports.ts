import { visibleText } from '../../base/visible-text.ts';
import type { App } from '../app.ts';

/** Of a command line that holds a port, at most so many characters are told. */
const maxShown = 80;

/** Returns who holds a port now, in words; null: nobody. Looks only. */
export async function measuredPort(
  app: App,
  port: number,
): Promise<{ readonly port: number; readonly holder: string | null }> {
  const holder = await app.outside.ports.holder(port);
  if (holder.kind === 'free') return { port, holder: null };
  const owners = holder.owners.map(({ pid, argv }) => `pid ${pid} (${visibleText(argv.join(' ')).slice(0, maxShown)})`);
  return { port, holder: owners.length === 0 ? 'held by another user' : `held by ${owners.join(' and ')}` };
}
