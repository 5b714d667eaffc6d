import { row } from '../../domain/journal/kinds.ts';
import { fixFindings } from '../doctor/fix.ts';
import { accepted, type Handlers } from './handler.ts';

export const doctorRequests: Handlers<'doctor.fix'> = {
  async 'doctor.fix'(engine, { repairs, hash, by }, id) {
    const fixed = await fixFindings(engine, { repairs, hash, by, key: `doctor:${id}` });
    const n = fixed.filter(({ outcome }) => outcome === 'repaired').length;
    await engine.ledger.append(
      [row('doctor.fixed', { hash, by, repairs: fixed }, { keys: ['doctor'] })],
      accepted(id, null, `${n} of ${fixed.length} repaired.`),
    );
  },
};
