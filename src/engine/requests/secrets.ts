import { Fault } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { principalOf } from '../../domain/policy/principals.ts';
import { draftOf } from '../changes/draft.ts';
import { requirePerson } from '../policy/answerer.ts';
import { accepted, type Handlers, sendAnswered } from './handler.ts';

export const secretRequests: Handlers<'secret.allow'> = {
  async 'secret.allow'(engine, { change, marks, comment, by }, id) {
    requirePerson(by, 'what may be made public');
    if (principalOf(engine.config.principals, by.name).kind === 'none')
      throw new Fault('PRINCIPAL_UNKNOWN', `The login ${by.name} is none of the principals of orchestrate.yaml.`, {
        hints: ['orchestrate principals list'],
      });
    const fault = engine.host.find(change)?.fault;
    const shown = fault?.code === 'SECRET_FOUND' ? textsOf(fault.data?.['marks']) : [];
    if (shown.length === 0 || marks.join() !== shown.join())
      throw new Fault('CHANGE_MOVED', `${change} does not wait because of what you saw.`, {
        hints: [`orchestrate review show ${change}`],
      });
    const before = dataOf('secret.allowed', engine.ledger.latest(`secret-allowed:${change}`))?.marks ?? [];
    const places = textsOf(fault?.data?.['places']);
    const data = { change, marks: [...new Set([...before, ...marks])], places, comment, by };
    const { run } = draftOf(engine, change);
    const rows = [row('secret.allowed', data, { run, keys: [`secret-allowed:${change}`] })];
    await sendAnswered(
      engine,
      change,
      { type: 'RETRY' },
      {
        rows,
        answers: accepted(id, run, `${change} is proven now as it is.`),
      },
    );
  },
};

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
