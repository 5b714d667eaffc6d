import { resolutionContract } from './python-resolve.contract.ts';
import { pythonHarness } from './support/python-harness.ts';

const harness = pythonHarness({ isPrepared: true });
resolutionContract('pip', harness, (python) => python.probe({ toolsDir: harness.toolsDir, resolver: 'pip' }));
