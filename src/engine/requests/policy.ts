import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { principalOf } from '../../domain/policy/principals.ts';
import { entryText } from '../../domain/policy/windows.ts';
import type { Engine } from '../engine.ts';
import { requirePerson } from '../policy/answerer.ts';
import { timesOf } from '../policy/times.ts';
import { accepted, type Handlers } from './handler.ts';

export const policyRequests: Handlers<'window.add' | 'window.remove' | 'followup.close'> = {
  async 'window.add'(engine, { entry, reason, by }, request) {
    requireKnown(engine, by, 'windows');
    const n = engine.ledger.read({ key: 'windows' }).filter(({ kind }) => kind === 'window.added').length + 1;
    const id = `w${n}`;
    await engine.ledger.append(
      [row('window.added', { id, entry, reason, by }, { keys: [`window:${id}`, 'windows'] })],
      accepted(request, null, `${id}: ${entryText(entry)}.`),
    );
  },

  async 'window.remove'(engine, { id, reason, by }, request) {
    requireKnown(engine, by, 'windows');
    const { windows, freezes } = timesOf(engine);
    const found = [...windows, ...freezes].find((one) => one.id === id);
    if (found === undefined)
      throw new Fault('WINDOW_NOT_FOUND', `There is no window or freeze ${id}.`, {
        hints: ['orchestrate windows list'],
      });
    if (!found.at.startsWith('#'))
      throw new Fault('WINDOW_NOT_FOUND', `${id} stands in a file and is taken out there.`, {
        hints: [`Edit ${found.at}`, 'orchestrate windows list'],
      });
    await engine.ledger.append(
      [row('window.removed', { id, reason, by }, { keys: [`window:${id}`, 'windows'] })],
      accepted(request, null, `${id} is removed: ${entryText(found.entry)}.`),
    );
  },

  async 'followup.close'(engine, { id, comment, by }, request) {
    requireKnown(engine, by, id);
    if (dataOf('glass.broken', engine.ledger.latest(`glass:${id}`)) === undefined)
      throw new Fault('FOLLOWUP_NOT_FOUND', `There is no open follow-up ${id}.`, {
        hints: ['orchestrate followups list'],
      });
    await engine.ledger.append(
      [row('followup.closed', { id, comment, by }, { keys: [`glass:${id}`, 'glass'] })],
      accepted(request, null, `${id} is closed.`),
    );
  },
};

/** Refuses programs, and logins that are nobody's. */
function requireKnown(engine: Engine, by: Actor, what: string): void {
  requirePerson(by, what);
  if (principalOf(engine.config.principals, by.name).kind === 'none')
    throw new Fault('PRINCIPAL_UNKNOWN', `The login ${by.name} is none of the principals of orchestrate.yaml.`, {
      hints: ['orchestrate principals list'],
    });
}
