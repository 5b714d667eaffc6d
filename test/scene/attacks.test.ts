import { allCases } from '../attacks/cases/all.ts';
import { attackSuite } from '../support/attack.ts';

/** One of each kind that is quick; `npm run test:attacks` has them all. */
const share = ['A01', 'A04', 'A05', 'A79'];

attackSuite(allCases.filter(({ id }) => share.includes(id)));
