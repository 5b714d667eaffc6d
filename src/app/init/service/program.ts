import { Fault } from '../../../base/fault.ts';
import type { ServiceProgram } from '../../../domain/definitions/types.ts';
import { splitCommand } from '../../../domain/templates/command-line.ts';
import { readinessProblem } from '../../../domain/templates/readiness.ts';
import type { App } from '../../app.ts';
import type { ServiceInitOptions } from './plan.ts';

const state = 'Nothing was written.';
const example = `orchestrate init --template service --start "python3 server.py --port {port}" --ready "http://127.0.0.1:{port}/health"`;
const commandSeconds = 600;

/** Reads the commands as they were typed, and looks whether their programs are there. Fault `USAGE_BAD_ARGUMENT`. */
export async function readProgram(
  app: App,
  { home, options }: { readonly home: string; readonly options: ServiceInitOptions },
): Promise<{ readonly program: ServiceProgram; readonly notes: readonly string[] }> {
  const { start, ready, setup, check } = options;
  if (start === null)
    throw new Fault('USAGE_BAD_ARGUMENT', '--start is missing: the command that starts the service.', {
      hints: [example],
      state,
    });
  if (ready === null)
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      '--ready is missing: the address that answers with 2xx once the service is ready.',
      {
        hints: [example],
        state,
      },
    );
  const problem = readinessProblem(ready);
  if (problem !== undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `--ready ${JSON.stringify(ready)} ${problem}.`, { hints: [example], state });
  const program: ServiceProgram = {
    start: argvOf('--start', start),
    ready,
    setup: setup === null ? [] : argvOf('--setup', setup),
    checks: check.map((one) => argvOf('--check', one)),
    commandSeconds,
  };
  const notes: string[] = [];
  if (!program.start.some((one) => one.includes('{port}')))
    notes.push('--start has no {port}: the service has to listen on the port in its environment, PORT');
  if (program.checks.length === 0) notes.push('no --check: a change is proven by a start alone');
  for (const [option, argv] of [
    ['--start', program.start],
    ...(program.setup.length === 0 ? [] : [['--setup', program.setup] as const]),
    ...program.checks.map((one) => ['--check', one] as const),
  ] as const)
    await requireProgramThere(app, { home, option, program: argv[0] ?? '', isSetUp: setup !== null, notes });
  return { program, notes };
}

function argvOf(option: string, text: string): readonly string[] {
  const split = splitCommand(text);
  if (split.kind === 'command') return split.argv;
  throw new Fault('USAGE_BAD_ARGUMENT', `${option} ${JSON.stringify(text)} ${split.reason} (column ${split.column}).`, {
    hints: [`No shell reads it. Write it into a script of the repository, and name that: ${option} "sh run.sh {port}"`],
    state,
    data: { column: split.column },
  });
}

async function requireProgramThere(
  app: App,
  given: { home: string; option: string; program: string; isSetUp: boolean; notes: string[] },
): Promise<void> {
  const { home, option, program, isSetUp, notes } = given;
  const { files, host } = app.outside;
  const places = program.startsWith('/')
    ? [program]
    : program.includes('/')
      ? [`${home}/${program}`]
      : host.searchPath.map((dir) => `${dir}/${program}`);
  for (const place of places) {
    const real = await files.realPath(place);
    if (real !== undefined && (await files.info(real))?.kind === 'file') return;
  }
  if (program.includes('/') && !program.startsWith('/') && isSetUp && option !== '--setup') {
    notes.push(`${program} is not there yet: the set-up has to bring it`);
    return;
  }
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `${option} names ${program}, and there is no such program ${program.includes('/') ? `at ${places[0] ?? program}` : 'on your PATH'}.`,
    {
      hints: ['Install it, or name it by its path.'],
      state,
      data: { program },
    },
  );
}
