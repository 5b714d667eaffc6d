import { attackSuite } from '../support/attack.ts';
import { configurationCases } from './cases/configuration.ts';

attackSuite('attacks', [...configurationCases]);
