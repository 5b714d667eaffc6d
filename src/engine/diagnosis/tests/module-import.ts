import { Fault } from '../../../base/fault.ts';
import { markOf } from '../../context.ts';
import { findEnvironment } from '../../environments/named.ts';
import type { CauseTest } from '../test-causes.ts';

/** A name that Python could import, and nothing else: it comes from a log. */
const modulePattern = /No module named '([A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){0,5})'/;

/** Imports the missing module in the environment of the lock, in a process of its own. */
export const testModuleImport: CauseTest = async (context, { finding }) => {
  const module = finding.evidence.map(({ text }) => modulePattern.exec(text)?.[1]).find((found) => found !== undefined);
  if (finding.signature !== 'S17' || module === undefined) return undefined;
  const test = `import ${module}`;
  const { files, python } = context.outside;
  const lockText = await files.readText(`${context.paths.home}/requirements.lock`);
  if (lockText === undefined) return undefined;
  try {
    const environment = await findEnvironment(context, lockText);
    const [result] = await python.importCheck({
      python: environment.python,
      modules: [module],
      mark: markOf(context, 'diagnose'),
    });
    return result?.ok === true
      ? { test, outcome: 'ruled out', sentence: `The environment of the lock imports ${module} now.` }
      : { test, outcome: 'confirmed', sentence: `The environment of the lock does not import ${module}.` };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { test, outcome: 'unclear', sentence: `The environment could not be asked: ${error.message}` };
  }
};
