import { forbiddenActs } from '../../domain/walls/forbidden-acts.ts';
import type { App } from '../app.ts';
import { attempt, bad, good, type DoctorCheck } from './_doctor-check.ts';

const told: Readonly<Record<string, string>> = forbiddenActs;
const install = 'apt-get install bubblewrap';

/**
 * Tries the wall around programs that models drive, anew: eight acts, judged from outside. One that is not there keeps only those programs
 * from starting; one that does not hold is a fault of this machine.
 */
export const checkWall = (app: App): Promise<DoctorCheck> =>
  attempt('wall', async () => {
    const { level, acts, by } = await app.outside.walls.probe({ fresh: true });
    const refused = 'programs that models drive do not start without --allow-unsandboxed';
    if (acts.length === 0) return good('wall', `${level}, ${by}: ${refused}`, install);
    const held = acts.filter((one) => one.held);
    const count = `${level} ${held.length === acts.length ? 'verified ' : ''}${held.length}/${acts.length}, ${by}`;
    if (level !== 'L0') return good('wall', `${count}: ${held.map(({ act, seen }) => `${act} ${seen}`).join('; ')}`);
    const could = acts.filter((one) => !one.held).map(({ act, seen }) => `${told[act] ?? act} (${seen})`);
    return bad('wall', `${count}: a program inside could ${could.join(', ')}; ${refused}`, 'orchestrate doctor --json');
  });
