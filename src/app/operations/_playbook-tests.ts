import { actions } from '../../actions/index.gen.ts';
import { Fault, type Position } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { CheckedDefinitions } from '../../domain/definitions/definitions.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import type { Located } from '../../domain/definitions/locator.ts';
import { fieldsAt } from '../../domain/definitions/schema-fields.ts';
import type { DefinitionSource, Playbook } from '../../domain/definitions/types.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import { checkGiven } from '../../domain/playbook-tests/check-given.ts';
import { judgeCase } from '../../domain/playbook-tests/judge.ts';
import { type Played, playPlaybook } from '../../domain/playbook-tests/play.ts';
import { type PlaybookTest, readPlaybookTest } from '../../domain/playbook-tests/playbook-test.ts';

interface PlayedTest {
  readonly playbook: string;
  readonly file: string;
  readonly problem: string | null;
  readonly cases: PlayedCase[];
}

interface PlayedCase {
  readonly name: string;
  readonly ok: boolean;
  readonly outcome: Played['outcome'] | null;
  readonly order: string[];
  readonly problems: { message: string; line: number; column: number }[];
}

/**
 * Plays the tests of all playbooks, or of one. A test of the installation takes the place of the built-in one
 * of the same name; a playbook of the installation is not held against the built-in test of another: it is untested until it has one. What is
 * wrong in a file of tests is told with the place, and keeps the others from nothing.
 */
export function playTests(
  { definitions, sources }: Pick<CheckedDefinitions, 'definitions'> & { readonly sources: readonly DefinitionSource[] },
  only: string | null,
): { readonly tests: PlayedTest[]; readonly untested: string[] } {
  const { playbooks } = definitions;
  const tests = testFiles(sources, playbooks)
    .filter(({ id }) => only === null || id === only)
    .map(({ id, source }) => playTest(id, source, playbooks));
  const tested = new Set(tests.map(({ playbook }) => playbook));
  return { tests, untested: [...playbooks.keys()].filter((id) => !tested.has(id) && (only === null || id === only)) };
}

function testFiles(
  sources: readonly DefinitionSource[],
  playbooks: ReadonlyMap<string, Playbook>,
): readonly { id: string; source: DefinitionSource }[] {
  const byId = new Map<string, DefinitionSource>();
  for (const source of sources) {
    const id = /(?:^|[:/])playbooks\/([^/]+)\.test\.yaml$/.exec(source.file)?.[1];
    if (id === undefined || (source.origin === 'built-in' && !isBuiltIn(playbooks.get(id)))) continue;
    if (source.origin === 'installation' || !byId.has(id)) byId.set(id, source);
  }
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, source]) => ({ id, source }));
}

const isBuiltIn = (playbook: Playbook | undefined): boolean => playbook?.file.startsWith('built-in:') !== false;

function playTest(id: string, source: DefinitionSource, playbooks: ReadonlyMap<string, Playbook>): PlayedTest {
  const { file } = source;
  try {
    const test = readTest(source);
    const { value, locate } = test;
    if (value.playbook !== id)
      throw new Fault('PLAYBOOK_TEST_INVALID', `The file is named after ${id}, and tests ${value.playbook}.`, {
        at: locate.value(['playbook']),
      });
    const playbook = playbooks.get(id);
    if (playbook === undefined)
      throw new Fault('PLAYBOOK_TEST_INVALID', `There is no playbook ${id}.${didYouMean(id, playbooks.keys())}`, {
        at: locate.value(['playbook']),
      });
    checkGiven(test, playbook, fieldsOf);
    return { playbook: id, file, problem: null, cases: value.cases.map((_, index) => playCase(test, index, playbook)) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { at, message, code } = error;
    return { playbook: id, file, problem: `${placeText(at)}${code} ${message}`, cases: [] };
  }
}

function readTest(source: DefinitionSource): Located<PlaybookTest> {
  if (source.unread === undefined) return readPlaybookTest(source);
  const at = { file: source.file, line: 1, column: 1 };
  throw new Fault('DEFINITION_INVALID', `${source.unread.why} ${source.unread.remedy}`, { at });
}

function playCase(test: Located<PlaybookTest>, index: number, playbook: Playbook): PlayedCase {
  const one = test.value.cases[index];
  if (one === undefined) throw new Error(`the test has no case ${index}`);
  const { name, given } = one;
  try {
    const played = playPlaybook(playbook, given, checkArguments);
    const problems = judgeCase(test, index, played).map(({ message, at }) => problemOf(message, at));
    return { name, ok: problems.length === 0, outcome: played.outcome, order: [...played.order], problems };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const problem = problemOf(error.message, test.locate.value(['cases', index, 'given']));
    return { name, ok: false, outcome: null, order: [], problems: [problem] };
  }
}

const problemOf = (message: string, { line, column }: Position): PlayedCase['problems'][number] => ({
  message,
  line,
  column,
});

const placeText = (at: Position | undefined): string =>
  at === undefined ? '' : `line ${at.line}, column ${at.column}: `;

const fieldsOf = (action: string): readonly string[] => {
  const found = actions.find(({ id }) => id === action);
  return found === undefined || found.effect === 'plan' ? [] : fieldsAt(found.output, []);
};

/** The action takes what it is given, as in a run. Fault: `PLAYBOOK_TEST_INVALID`. */
function checkArguments({ id, action: named }: Pick<PlannedStep, 'id' | 'action'>, args: JsonObject): void {
  const action = actions.find((one) => one.id === named);
  const parsed = action?.input.safeParse(args);
  if (parsed === undefined || parsed.success) return;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new Fault(
    'PLAYBOOK_TEST_INVALID',
    `Step ${id} cannot start: ${named} does not take its arguments (${where === '' ? '' : `${where}: `}${issue?.message ?? ''}).`,
  );
}
