import { incidentAdvise } from '../../actions/incident-advise.ts';
import { environmentStable } from '../../domain/conditions/environment-stable.ts';
import { openAlerts } from './alert-view.ts';
import { waitingSteps } from './condition-view.ts';
import { conflictsView } from './conflicts-view.ts';
import { followUps } from './follow-up-view.ts';
import { newest, rowOf, type JournalReader } from './journal-reader.ts';
import type { NextAction } from './next-action.ts';
import { outsideLine } from './outside-view.ts';
import { restoreNameOf, restoreRows } from './restore-view.ts';
import { runHeads, type RunHead, type RunView } from './run-view.ts';
import { serviceView } from './service-view.ts';

/** More of one sort than anybody reads. */
const maxOfASort = 20;
/** Reports of a run that are looked through: more steps than a playbook has. */
const maxSteps = 200;

/** Returns what is open in the whole installation, most pressing first; each with the row that says so. */
export function installationActions(reader: JournalReader): readonly NextAction[] {
  const waiting = runHeads(reader)
    .filter(({ isFinal }) => !isFinal)
    .reverse()
    .slice(0, maxOfASort)
    .flatMap(waitingActions);
  return [
    ...waiting,
    ...alertActions(reader),
    ...conditionActions(reader),
    ...productionActions(reader),
    ...followUpActions(reader),
    ...conflictActions(reader),
    ...outsideActions(reader),
  ];
}

/** Returns what is open after one run, or what can be done about it. */
export function runActions(reader: JournalReader, view: RunView): readonly NextAction[] {
  if (view.waiting !== null) return waitingActions(view);
  const awaited = conditionActions(reader, view.run);
  if (awaited.length > 0) return awaited;
  if (!view.isFinal)
    return [{ sentence: `${view.run} goes on`, command: `orchestrate runs show ${view.run}`, row: view.row }];
  return [
    ...advisedActions(reader, view),
    ...brokenActions(reader, view),
    ...promiseActions(view),
    ...unprovenActions(view),
    ...wayBackActions(reader, view),
    { sentence: `all of ${view.run} in one report`, command: `orchestrate report ${view.run}`, row: view.row },
  ];
}

/** Conditions that steps wait for, of one run or of all; what the supervisor alone sees is nobody's to say. */
function conditionActions(reader: JournalReader, run?: string): readonly NextAction[] {
  return waitingSteps(reader)
    .filter(({ task }) => run === undefined || task.startsWith(`${run}.`))
    .flatMap(({ task, conditions, row }) =>
      conditions.map((name) => ({
        sentence: `${task} waits for ${name}`,
        command:
          name === environmentStable
            ? 'orchestrate conditions list'
            : `orchestrate conditions set ${name} --because "…"`,
        row,
      })),
    )
    .slice(0, maxOfASort);
}

/** What is waited for is told already. */
const alertActions = (reader: JournalReader): readonly NextAction[] =>
  openAlerts(reader)
    .filter(({ key }) => !key.startsWith('waiting:'))
    .slice(0, maxOfASort)
    .map(({ alert, severity, sentence, row }) => ({
      sentence: `${alert} (${severity}): ${sentence}`,
      command: `orchestrate alerts show ${alert}`,
      row,
    }));

function waitingActions({ waiting, row }: RunHead): readonly NextAction[] {
  if (waiting === null) return [];
  const [first] = waiting.commands;
  return first === undefined ? [] : [{ sentence: waiting.sentence, command: first, row }];
}

/** What an answer to an emergency left for somebody to do. */
function advisedActions(reader: JournalReader, { run }: RunView): readonly NextAction[] {
  return reader
    .read({ run, kinds: ['step.reported'], descending: true, limit: maxSteps })
    .map((entry) => rowOf('step.reported', entry))
    .filter((one) => one?.data.action === incidentAdvise.id)
    .slice(0, 1)
    .flatMap((one) => {
      const next = incidentAdvise.output.safeParse(one?.data.output).data?.next ?? [];
      return next.map(({ sentence, command }) => ({ sentence, command, row: one?.seq ?? 0 }));
    });
}

/** What its fault says to type: only what is a command. */
function brokenActions(reader: JournalReader, { run, state, fault, row }: RunView): readonly NextAction[] {
  if (fault === null || state === 'done') return [];
  const seq = reader.latest(`machine:${run}`)?.seq ?? row;
  return fault.hints
    .filter((hint) => /^(orchestrate|git) /.test(hint))
    .map((command) => ({ sentence: `${run} ended as ${state}: ${fault.message}`, command, row: seq }));
}

function promiseActions({ plan, restorePoint }: RunView): readonly NextAction[] {
  if (plan === null || restorePoint === null) return [];
  return plan.brokenPromises.slice(0, maxOfASort).map(({ pack, requirement, chosen }) => ({
    sentence: `${pack} asks for ${requirement} and has ${chosen ?? 'nothing'}: look for a version of it that fits`,
    command: `orchestrate run "update ${pack}" --dry-run`,
    row: plan.row,
  }));
}

/** Nothing proves a picture that no workflow draws. */
function unprovenActions({ change }: RunView): readonly NextAction[] {
  if (change === null || change.gate === null) return [];
  const isDrawn = change.evidence.some(({ grade }) => grade === 'generation');
  const isComfy = change.evidence.some(({ part }) => part === 'boot');
  if (isDrawn || !isComfy) return [];
  return [
    {
      sentence: 'no workflow drew a picture in the proof: add one, and every change has to run it',
      command: 'orchestrate smoke list',
      row: change.gate.row,
    },
  ];
}

/** What stands behind a merge is worth as much as its way back: a drill tells. */
function wayBackActions(reader: JournalReader, { restorePoint, change, run }: RunView): readonly NextAction[] {
  if (restorePoint === null) return [];
  const isNewest = newest(reader, 'branch.moved', 'branch')?.data.to === restorePoint.commit;
  const before = restoreRows(reader).find(({ data }) => data.commit === change?.gate?.base);
  const isTried =
    before === undefined || newest(reader, 'restore.drilled', `drill:${before.data.number}`) !== undefined;
  return [
    ...(isNewest ? [{ sentence: `take ${run} back`, command: 'orchestrate undo', row: restorePoint.row }] : []),
    ...(isTried
      ? []
      : [
          {
            sentence: `nobody has tried whether ${restoreNameOf(before.data.tag)} comes back`,
            command: `orchestrate restore drill ${before.data.number}`,
            row: before.seq,
          },
        ]),
  ];
}

function productionActions(reader: JournalReader): readonly NextAction[] {
  const { instance, state, problem, rows } = serviceView(reader);
  const row = rows.at(-1);
  if (instance === null || row === undefined || state === 'healthy' || state === 'starting') return [];
  return [
    {
      sentence: `production is ${state}${problem === null ? '' : `: ${problem}`}`,
      command: problem === null ? 'orchestrate service start' : 'orchestrate service logs',
      row,
    },
  ];
}

const followUpActions = (reader: JournalReader): readonly NextAction[] =>
  followUps(reader)
    .filter(({ closed }) => closed === null)
    .map(({ id, by, change, reason, row }) => ({
      sentence: `${by} passed over the policy for ${change} (${reason}): somebody has to look at it`,
      command: `orchestrate followups close ${id} --comment "…"`,
      row,
    }));

function conflictActions(reader: JournalReader): readonly NextAction[] {
  const { pairs, row } = conflictsView(reader);
  if (row === null) return [];
  return pairs.flatMap(({ first, second, sentence, commands: [command] }) =>
    command === undefined ? [] : [{ sentence: `${first} × ${second}: ${sentence}`, command, row }],
  );
}

function outsideActions(reader: JournalReader): readonly NextAction[] {
  const line = outsideLine(reader);
  const found = newest(reader, 'outside.found', 'outside:found');
  if (line === null || found === undefined) return [];
  return [{ sentence: line.replace(/ · orchestrate .*$/, ''), command: 'orchestrate outside list', row: found.seq }];
}
