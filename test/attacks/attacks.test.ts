import { attackSuite } from '../support/attack.ts';
import { allCases } from './cases/all.ts';

attackSuite(allCases);
