import { faultSuite } from '../support/fault-suite.ts';
import { remoteCases } from './cases/remote.ts';

faultSuite('remotes and own work', remoteCases);
