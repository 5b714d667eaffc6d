import { allCases } from '../attacks/cases/all.ts';
import { attackSuite } from '../support/attack.ts';

/** One that plants in the configuration of git and one that changes files after the approval; `npm run test:attacks` has them all. */
const share = ['A01', 'A79'];

attackSuite(allCases.filter(({ id }) => share.includes(id)));
