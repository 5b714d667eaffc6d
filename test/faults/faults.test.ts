import { faultSuite } from '../support/fault-suite.ts';
import { crashCases } from './cases/crashes.ts';
import { diskCases } from './cases/disk.ts';
import { enduranceCases } from './cases/endurance.ts';
import { gitCases } from './cases/git.ts';
import { hangCases } from './cases/hangs.ts';
import { homeCases } from './cases/home.ts';
import { ioCases } from './cases/io.ts';
import { ledgerCases } from './cases/ledger.ts';
import { personCases } from './cases/person.ts';
import { queueCases } from './cases/queue.ts';
import { scaleCases } from './cases/scale.ts';
import { serviceCases } from './cases/service.ts';
import { slotCases } from './cases/slots.ts';
import { childCases, supervisorCases } from './cases/supervisor.ts';

faultSuite('faults', [
  ...supervisorCases,
  ...childCases,
  ...ledgerCases,
  ...gitCases,
  ...homeCases,
  ...personCases,
  ...slotCases,
  ...diskCases,
  ...queueCases,
  ...serviceCases,
  ...hangCases,
  ...crashCases,
  ...ioCases,
  ...scaleCases,
  ...enduranceCases,
]);
