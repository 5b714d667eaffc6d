import { isGoodRun } from '../../domain/changes/evidence.ts';
import { faultOfEvent } from '../../domain/journal/fault-of-event.ts';
import type { JournalKind, JournalKinds } from '../../domain/journal/kinds.ts';
import { summaryText } from '../../domain/outside/describe.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import { itemText } from '../../domain/plans/expand.ts';
import { missingText } from '../../domain/policy/standing.ts';
import { entryText } from '../../domain/policy/windows.ts';
import { commandText } from '../../domain/templates/command-line.ts';
import type { Entry } from '../../ports/index.ts';
import { evidenceSentence } from './evidence-view.ts';
import { agentProgramTellers } from './tellers/agent-programs.ts';
import { alertsTellers } from './tellers/alerts.ts';
import { diagnosisTellers } from './tellers/diagnosis.ts';
import { doorsTellers } from './tellers/doors.ts';
import { emergencyText } from './tellers/emergencies.ts';
import { healthTellers } from './tellers/health.ts';
import { hooksTellers } from './tellers/hooks.ts';
import { planningTellers } from './tellers/planning.ts';
import { fireText, schedulesTellers } from './tellers/schedules.ts';
import { secretsTellers } from './tellers/secrets.ts';
import { servicesTellers } from './tellers/services.ts';
import { specialistsTellers } from './tellers/specialists.ts';
import { spendingTellers } from './tellers/spending.ts';
import { branchName, countText, listText, shortId, spanText, timeText, watchedText } from './text.ts';

type Tellers = { readonly [Kind in JournalKind]: (data: JournalKinds[Kind]) => string };

/** Returns what a journal row says, as one line. A kind of a newer version is shown by its name. */
export function entrySentence(entry: Entry): string {
  const tell = tellers[entry.kind as JournalKind] as ((data: unknown) => string) | undefined;
  return tell === undefined ? `a row of the kind ${entry.kind}, which this version does not know` : tell(entry.data);
}

const onTopText = (onTop: readonly string[]): string => (onTop.length === 0 ? '' : ` on top of ${listText(onTop)}`);

function notedText({ by, origin, isRemoved, refutedBy }: JournalKinds['memory.noted']['version']): string {
  if (refutedBy !== null) return ` is refuted by ${refutedBy.key}@${refutedBy.version}`;
  return isRemoved ? ' was taken away' : ` by ${by.kind} ${by.name} (${origin})`;
}

const tellers: Tellers = {
  ...servicesTellers,
  ...healthTellers,
  ...diagnosisTellers,
  ...doorsTellers,
  ...alertsTellers,
  ...planningTellers,
  ...schedulesTellers,
  ...spendingTellers,
  ...specialistsTellers,
  ...agentProgramTellers,
  ...secretsTellers,
  ...hooksTellers,
  'bus.sent': ({ id, from, to, kind, subject }) => `${kind} m${id} from ${from} to ${to}: ${subject}`,
  'bus.acked': ({ id, mailbox, holder, subject }) => `m${id} done by ${holder} (${mailbox}): ${subject}`,
  'bus.undelivered': ({ id, mailbox, state, reason }) => `m${id} for ${mailbox} is ${state}: ${reason}`,
  'bus.missed': ({ row, topic, subject, mailboxes }) =>
    `${listText(mailboxes)} ${mailboxes.length === 1 ? 'is' : 'are'} full and not told what #${row} is on ${topic}: ${subject}`,
  'bus.refused': ({ from, to, code, subject, claim, times }) =>
    `a message from ${from} to ${to} was refused${times === 1 ? '' : `, the last of ${times}`}: ${code} ${claim} (${subject})`,
  'condition.set': ({ name, by, evidence }) =>
    `${name} holds, says ${by.name}${evidence.length === 0 ? '' : ` (${listText(evidence)})`}`,
  'condition.cleared': ({ name, by, reason }) => `${name} holds no longer, says ${by.name}: ${reason}`,
  'memory.noted': ({ version }) => `memory ${version.key}@${version.version}${notedText(version)}`,
  'memory.learned': ({ through, nWritten }) =>
    `memory was given what rows up to #${through} teach: ${countText(nWritten, 'entry', 'entries')} written`,
  'memory.problem': ({ problem }) =>
    `memory/${problem.path}${problem.line === null ? '' : `, line ${problem.line}`} is left as it is (${problem.kind}): ${problem.sentence}`,
  'step.waits': ({ task, conditions, dueAtMs }) =>
    `${task} waits for ${listText(conditions)}, until ${timeText(dueAtMs)} at most`,
  'doctor.fixed': ({ hash, by, repairs }) =>
    `repairs ${shortId(hash)} for ${by.name}: ${repairs.length === 0 ? 'none' : repairs.map(({ id, outcome, sentence }) => `${id} ${outcome}, ${sentence}`).join('; ')}`,
  'step.skipped': ({ task, because }) => `${task} is left out: ${because}`,
  'step.expanded': ({ task, items }) =>
    `${task} is done for ${countText(items.length, 'thing')}: ${listText(items.map(itemText))}`,
  'step.filled': ({ task, with: args }) =>
    `${task} is given ${listText(Object.entries(args).map(([name, value]) => `${name} ${itemText(value ?? null)}`))}`,
  'step.asked': ({ task, text }) => `${task} waits for a person: ${text}`,
  'step.answered': ({ task, verdict, by }) => `${task} is ${verdict} by ${by.kind} ${by.name}`,
  'step.checked': ({ task, check }) => `${task} is as its check asks: ${check}`,
  'step.notTakenBack': ({ task, fault }) => `${task} takes nothing back: ${fault.message}`,
  'run.takesBack': ({ run, state, tasks }) => `${run} is ${state}: ${listText(tasks)} take back what was done`,
  'memory.restored': ({ attempt, entries, nBytes, nLeftOut, fault }) =>
    fault === null
      ? `${attempt} was given ${countText(entries.length, 'memory entry', 'memory entries')} (${nBytes} bytes${nLeftOut === 0 ? '' : `, ${nLeftOut} left out`})`
      : `${attempt} was given nothing of memory: ${fault.code} ${fault.message}`,
  'installation.created': ({ home, branchRef, head }) =>
    `installation made at ${home}, ${branchName(branchRef)} at ${shortId(head)}`,
  'environment.borrowed': ({ environment, prefix, manager, packages }) =>
    `environment ${environment.slice(0, 12)} is borrowed: ${prefix} (${manager}) with ${countText(packages.length, 'package')}`,
  'environment.recorded': ({ environment, packages, components, accelerators }) =>
    `recorded environment ${environment.slice(0, 12)}: ${countText(packages.length, 'package')}, ${countText(components.length, 'component')}; graphics: ${accelerators.kind}`,
  'ledger.headMissing': ({ noted, found }) =>
    `rows up to #${noted.seq} were written once and are gone: the journal ended at #${found.seq}`,
  'supervisor.started': ({ pid, version }) => `supervisor ${version} started, pid ${pid}`,
  'supervisor.reconciled': ({ findings, resumed, durationMs }) =>
    `looked at the world in ${spanText(durationMs)}: ${findings.length === 0 ? 'nothing to put right' : findings.join('; ')}${resumed.length === 0 ? '' : `; goes on with ${listText(resumed)}`}`,
  'supervisor.overtaken': ({ pid, epoch, signs, by }) =>
    `took over from the supervisor of epoch ${epoch}, pid ${pid}, for ${by.name}: ${signs.join('; ')}`,
  'supervisor.drained': ({ finished, parked, stopped, durationMs }) =>
    `drained in ${spanText(durationMs)}: ${finished.length === 0 ? 'nothing ended' : `${listText(finished)} ended`}${parked.length === 0 ? '' : `; ${listText(parked)} is begun again by the next supervisor`}${stopped.length === 0 ? '' : `; stopped ${listText(stopped)}`}`,
  'supervisor.stopped': ({ reason }) => `supervisor stopped: ${reason}`,
  'supervisor.checkpoint': ({ live }) => `checkpoint: ${countText(live.length, 'machine')} alive`,
  'machine.created': ({ machine, subject, to }) => `${machine} ${subject} begins in ${to}`,
  'machine.moved': ({ subject, from, to, event }) => {
    const fault = faultOfEvent(event);
    return `${subject} ${from} → ${to}${fault === null ? '' : `: ${fault.code} ${fault.message}`}`;
  },
  'machine.ignored': ({ subject, event, state }) =>
    `${subject} in ${state} has no use for ${JSON.stringify(event['type'])}`,
  'report.late': ({ subject, effect }) => `late report of ${effect} for ${subject}: recorded, not applied`,
  'effect.intended': ({ name, key }) => `is about to: ${name} (${key})`,
  'effect.done': ({ name, key, how, durationMs }) =>
    `${how === 'did' ? 'did' : 'found done'}: ${name} (${key}) in ${spanText(durationMs)}`,
  'effect.failed': ({ name, key, fault }) => `failed: ${name} (${key}): ${fault.code} ${fault.message}`,
  'run.created': ({ run, kind, goal, by, message, fire, emergency, options }) =>
    `${run} (${kind}${options.unsandboxed === true ? ', programs of its agents without a wall' : ''}) was asked for by ${by.name}${message === undefined ? '' : ` with m${message}`}${fire === undefined ? '' : fireText(fire)}: ${goal}${emergency === undefined ? '' : emergencyText(emergency)}`,
  'plan.made': ({ run, plan }) =>
    `plan ${shortId(plan.hash)} of ${run}: ${plan.playbook}, ${countText(plan.steps.length, 'step')}`,
  'plan.answered': ({ run, hash, verdict, by, reason }) =>
    `plan ${shortId(hash)} of ${run} ${verdict} by ${by.kind} ${by.name}: ${reason}`,
  'run.resumed': ({ run, by }) => `${run} goes on, asked by ${by.name}`,
  'run.prioritised': ({ run, from, to, by }) => `${run} has priority ${to} instead of ${from}, as ${by.name} asked`,
  'queue.predicted': ({ change, onTop, tree, port }) =>
    `${change} is proven ahead on :${port}: tree ${shortId(tree)}${onTopText(onTop)}`,
  'queue.proven': ({ change, onTop, outcome, fault, durationMs }) =>
    `${change}${onTopText(onTop)} is ${outcome === 'conflict' ? 'foreseen as a conflict' : `${outcome} ahead after ${spanText(durationMs)}`}${fault === null ? '' : `: ${fault.code} ${fault.message}`}`,
  'queue.dropped': ({ change, onTop, tree, reason }) =>
    tree === null
      ? `${change} cannot be proven ahead${onTopText(onTop)} for now: ${reason}`
      : `what was proven ahead of ${change}${onTopText(onTop)} is of no use: ${reason}`,
  'queue.waited': ({ change, behind, nBefore }) =>
    `${change} is approved and waits for its turn behind ${behind}${nBefore === 1 ? '' : `, ${nBefore} are before it`}`,
  'run.closed': ({ run, state, freed, report }) =>
    `${run} closed as ${state}${freed.length === 0 ? '' : `; freed ${listText(freed)}`}${report === null ? '' : `; report ${report}`}`,
  'lease.taken': ({ run, slot, port, homePort, skipped }) =>
    `${run} has ${slot ?? 'a port'} on :${port}${port === homePort ? '' : ` (${skipped.map((one) => `:${one.port} ${one.why}`).join(', ')})`}`,
  'remote.addressed': ({ remote, address, was, by }) =>
    was === null
      ? `${remote} leads to ${address}`
      : `${by.name}: ${remote} leads to ${address} from now on, not to ${was}`,
  'remote.pushed': ({ address, branch, from, to, tags }) =>
    `${branch} of ${address} ${from === null ? 'is' : `${shortId(from)} →`} ${shortId(to)}${tags.length === 0 ? '' : `, with ${countText(tags.length, 'restore point')}`}`,
  'remote.proposed': ({ change, address, branch, into, commit }) =>
    `${change} is proposed to ${address} as ${branch} (${shortId(commit)}), to be merged there into ${into}`,
  'remote.landed': ({ change, address, branch, commit }) =>
    `${change} was merged into ${branch} of ${address} as ${shortId(commit)}`,
  'remote.behind': ({ address, branch, commit, fault }) =>
    `${branch} of ${address} does not have ${shortId(commit)} yet: ${fault.code} ${fault.message}`,
  'slot.opened': ({ run, slot, port, commit }) =>
    `${slot} is open for a person as ${run}, at ${shortId(commit)}, on :${port}`,
  'slot.kept': ({ run, slot, files, commits, problem }) =>
    `${slot} was given back by ${run}: ${files === null ? 'its files were as at the beginning' : `its files are kept as ${files}`}${commits === null ? '' : `, its commits as ${commits}`}${problem === null ? '' : `; not all could be stored (${problem}): they go to trash when the slot is used again`}`,
  'lease.freed': ({ run, slot, port }) => `${run} gave back ${slot === null ? '' : `${slot} and `}:${port}`,
  'tree.scaled': ({ tree, slots, before, by, reason }) =>
    `${tree} has ${countText(slots, 'slot')} now, ${before} before, by ${by.kind} ${by.name}: ${reason}`,
  'trees.synced': ({ hash, steps, by }) =>
    `slots brought in line with the definitions for ${by.name} (plan ${shortId(hash)}): ${countText(steps.filter((one) => one.act === 'trash').length, 'slot')} moved to trash`,
  'run.placed': ({ run, tree, reason }) => `${run} works in ${tree}: ${reason}`,
  'claim.moved': ({ subject, act, holder, by, reason }) =>
    `${subject}: ${act} by ${by.kind} ${by.name}${holder === null ? ', nobody holds it' : `, ${holder.name} holds it`}${reason === null ? '' : `: ${reason}`}`,
  'attempt.beat': ({ attempt, nPrograms, quietMs }) =>
    `${attempt} is at work: ${countText(nPrograms, 'program')}, quiet for ${spanText(quietMs)}`,
  'attempt.died': ({ attempt, program, signal }) => `${attempt} died: ${program} was ended by ${signal}`,
  'attempt.preserved': ({ attempt, slot, ref, reason }) =>
    ref === null
      ? `the files of ${slot} could not be kept for ${attempt}: ${reason ?? 'unknown'}`
      : `the files of ${slot} are kept for ${attempt}: ${ref}`,
  'run.failedOver': ({ run, from, to, why }) =>
    `${run} goes on in ${to.slot} on :${to.port} instead of ${from.slot}: ${why.join('; ')}`,
  'step.reported': ({ task, sentence, durationMs }) => `${task} done in ${spanText(durationMs)}: ${sentence}`,
  'step.noted': ({ task, sentence }) => `${task}: ${sentence}`,
  'fingerprint.accepted': ({ items, by }) =>
    `${countText(Object.keys(items).length, 'git file')} of home accepted by ${by.name}`,
  'tamper.found': ({ differences, run }) =>
    `git files changed behind the back of ${run ?? 'everybody'}: ${listText(differences.map(({ item, kind }) => `${item} ${kind}`))}`,
  'outside.baseline': ({ why, nComponents }) =>
    `outside changes are counted from here (${why}): ${countText(nComponents, 'component')}`,
  'outside.found': ({ occasion, differences }) =>
    differences.length === 0
      ? `nothing is changed outside any more (${occasion})`
      : `changed outside, seen at ${occasion}: ${summaryText(differences)}`,
  'outside.discarded': ({ by, told }) =>
    `${by.name} does not take over ${told.map(({ id, sentence }) => `${id} (${sentence})`).join(', ')}`,
  'evidence.recorded': ({ evidence }) => `${evidence.part} (${evidence.grade}): ${evidenceSentence(evidence)}`,
  'change.drafted': ({ change, draft, by, run, title, paths }) =>
    `${change}${draft === undefined ? '' : `, draft ${draft}`} of ${run}: ${title}, ${countText(paths.length, 'file')}${by === undefined ? '' : `, taken again by ${by.name}`}`,
  'change.checked': ({ change, risk, reviewers, outsideScope }) =>
    `${change} has risk ${risk}; reviewers: ${reviewers.length === 0 ? 'none' : listText(reviewers)}${outsideScope.length === 0 ? '' : `; outside its scope: ${listText(outsideScope)}`}`,
  'change.gated': ({ change, verdict, exact, base, durationMs }) =>
    `${change} ${verdict} in ${spanText(durationMs)}: exact tree ${shortId(exact)} on ${shortId(base)}`,
  'change.regenerated': ({ change, onto, files }) =>
    `${change} put onto the tree ${shortId(onto)}: ${listText(files.map(({ path, how }) => `${path} ${how === 'anew' ? 'made anew' : `merged ${how}`}`))}`,
  'slot.captured': ({ run, slot, tree }) => `${slot} of ${run} holds tree ${shortId(tree)}`,
  'conflicts.found': ({ members, pairs, because, durationMs, nLeftOut }) =>
    `looked for conflicts of ${countText(members.length, 'piece')} of work in ${spanText(durationMs)}, as ${because}: ${pairs.length === 0 ? 'none' : listText(pairs.map(({ first, second }) => `${first} × ${second}`))}${nLeftOut === undefined ? '' : `; ${nLeftOut} more left out`}`,
  'review.answered': ({ change, reviewer, by, verdict, tree, carriedFrom, brokeGlass, when, findings }) =>
    `${change} ${verdict} by ${by.kind} ${by.kind === 'person' ? by.name : reviewer}, tree ${shortId(tree)}${when === 'window' ? ', for the next window' : ''}${carriedFrom === undefined ? '' : `, carried from #${carriedFrom}`}${brokeGlass === undefined ? '' : ', breaking the glass'}${findings === undefined ? '' : `, ${countText(findings.length, 'finding')}`}`,
  'review.unanswered': ({ change, reviewer, fault }) =>
    `${change} got no answer from ${reviewer}, which is neither yes nor no: ${fault.message}`,
  'change.hurried': ({ change, by }) => `${change} is to merge now, says ${by.name}`,
  'window.added': ({ id, entry, reason, by }) => `${id}: ${entryText(entry)}, added by ${by.name}: ${reason}`,
  'window.removed': ({ id, reason, by }) => `${id} removed by ${by.name}${reason === null ? '' : `: ${reason}`}`,
  'approval.counted': ({ change, given, missing }) =>
    `${change} has ${given.length === 0 ? 'no approval' : `the approval of ${listText(given)}`}; missing: ${missing.length === 0 ? 'nothing' : missing.map(missingText).join('; ')}`,
  'glass.broken': ({ id, change, by, reason, overrode }) =>
    `${id}: ${by.name} passed over the policy for ${change}: ${reason} (${listText(overrode)})`,
  'followup.closed': ({ id, comment, by }) => `${id} closed by ${by.name}: ${comment}`,
  'change.held': ({ change, fault }) => `${change} waits: ${fault.message}`,
  'restore.created': ({ tag, commit }) => `${tag} names ${shortId(commit)}`,
  'restore.rebuilt': ({ tag, where, found }) =>
    `${tag} ${found === null ? 'was missing' : `named ${shortId(found)}`} in the ${where}: made again from the journal`,
  'restore.voided': ({ tag, change }) => `${tag} is void: the branch moved before ${change} could merge`,
  'branch.moved': ({ ref, from, to, change }) => `${branchName(ref)} ${shortId(from)} → ${shortId(to)} (${change})`,
  'home.applied': ({ written, kept }) =>
    `${countText(written.length, 'file')} of home written${kept.length === 0 ? '' : `; kept as they were: ${listText(kept)}`}`,
  'switch.started': ({ change, from, base }) => `${from} gives way to ${change}, from ${shortId(base)}`,
  'service.switched': ({ outcome, instance, downMs, reason, watched }) =>
    `production ${outcome}${instance === null ? '' : `, ${instance}`}${downMs === null ? '' : `, down ${spanText(downMs)}`}${watched === undefined ? '' : `, ${watchedText(watched)}`}${reason === null ? '' : `: ${reason}`}`,
  'watch.started': ({ change, instance, limitMs, downMs }) =>
    `${instance} of ${change} answers after ${spanText(downMs)} down, and is watched for ${spanText(limitMs)}`,
  'watch.ended': ({ instance, reason, ...watched }) =>
    `${instance} was ${watchedText(watched)}${reason === null ? '' : `: ${reason}`}`,
  'instance.composed': ({ instance, purpose, tree, environment, port }) =>
    `${instance} (${purpose}) composed from tree ${shortId(tree)}, environment ${environment.slice(0, 12)}, for :${port}`,
  'instance.proven': (proven) => {
    const { instance, pid, port, argvNamesDir = true, ownsSocket, pytorchVersion, device, status, startMs } = proven;
    const log =
      proven.logMark === undefined
        ? ''
        : proven.logMark === null
          ? '; its log tells no start'
          : `; its log says ${proven.logMark}`;
    const said =
      pytorchVersion === undefined ? `status ${status ?? 'unknown'}` : `torch ${pytorchVersion} on ${device}`;
    return `${instance} answers on :${port} after ${spanText(startMs)}; pid ${pid} ${ownsSocket && argvNamesDir ? 'proven' : 'not proven'}; ${said}${log}`;
  },
  'instance.prepared': ({ instance, commands }) =>
    commands.length === 0
      ? `${instance}: no set-up and no check to run`
      : `${instance}: ${commands.map((one) => `${commandText(one.argv)} ${isGoodRun(one) ? 'ended well' : `ended with ${one.exitCode ?? 'a signal'}`} after ${spanText(one.durationMs)}`).join('; ')}`,
  'instance.answered': ({ instance, owner, port, pytorchVersion, device, startMs }) =>
    `${instance} answers on :${port} after ${spanText(startMs)}; started by another program${owner === null ? '' : `, pid ${owner.pid} is not ours`}; torch ${pytorchVersion} on ${device}`,
  'instance.stopFailed': ({ instance, fault }) => `${instance} was not stopped: ${fault.message}`,
  'prompt.awaited': ({ instance, promptId, limitMs }) =>
    `prompt ${promptId} of ${instance} may end before it is stopped, for ${spanText(limitMs)} at most`,
  'prompt.ended': ({ promptId, how, waitedMs }) => `prompt ${promptId} ended as ${how} after ${spanText(waitedMs)}`,
  'queue.kept': ({ instance, nPrompts }) => `${countText(nPrompts, 'prompt')} of ${instance} saved`,
  'queue.restored': ({ from, to, nAccepted, partly, refused }) =>
    `${countText(nAccepted, 'prompt')} of ${from} queued again at ${to}${refused.map((one) => `; ${one.promptId} was refused and is kept: ${one.reason}`).join('')}${partly.map((one) => `; of ${one.promptId} a part is not run: ${one.reason}`).join('')}`,
  'graphics.asked': ({ run, device }) => `${run} asks for the memory of ${device.name}`,
  'graphics.lent': ({ run, device, freed }) =>
    `${run} proves on ${device?.name ?? 'the graphics card'}${freed === null ? '' : `; production on :${freed.port} gave its memory back`}`,
  'graphics.yielded': ({ run, nth, nPrompts }) =>
    `${run} gives way to production, which has ${countText(nPrompts, 'prompt')} to do${nth === 1 ? '' : `, the ${nth}. time`}`,
  'graphics.freed': ({ instance, run, proofs }) =>
    `${instance} starts: ${listText(proofs)} of ${run} was asked to free the graphics card`,
  'graphics.returned': ({ run, stopped }) =>
    `${run} gave the graphics card back${stopped.length === 0 ? '' : `; stopped ${listText(stopped)}`}`,
  'instance.ended': ({ instance, reason }) => `${instance} ended: ${reason}`,
  'user.kept': ({ dir, nFiles, left, tree }) =>
    tree === null
      ? `the user folder ${dir} could not be kept: ${left[0]?.path ?? '?'} ${left[0]?.reason ?? ''}`
      : `user folder ${dir} kept: ${nFiles} files${left.length === 0 ? '' : `, ${left.length} left out`}`,
  'user.broughtBack': ({ dir, written }) => `${written.join(', ') || 'nothing'} of ${dir} came back`,
  'production.set': ({ instance }) => (instance === null ? 'production is stopped' : `production is ${instance}`),
  'restore.pinned': ({ tag, isPinned, by, reason }) =>
    `${tag} ${isPinned ? 'pinned' : 'no longer pinned'} by ${by.name}${reason === null ? '' : `: ${reason}`}`,
  'restore.drilled': ({ name, fault, parts }) =>
    `${name} ${fault === null ? `comes back: ${listText(parts.map(({ part, durationMs }) => `${part} ${spanText(durationMs)}`))}` : `does not come back: ${fault.code} ${fault.message}`}`,
  'restore.probed': ({ commit, point, verdict, sentence, nSuspects, nStepsLeft }) =>
    `${point ?? commit.slice(0, 7)} ${verdict === 'skipped' ? 'could not be tried, skipped' : `is ${verdict}`}: ${sentence}${nStepsLeft === 0 ? '' : ` ${countText(nSuspects, 'commit')} left, at most ${countText(nStepsLeft, 'more state')} to try.`}`,
  'restore.bisected': ({ suspects, watched, nProbes }) =>
    `${suspects.length === 1 ? '' : 'one of '}${suspects.map(({ point, commit }) => point ?? commit.slice(0, 7)).join(', ')} broke ${listText(watched)}, after ${countText(nProbes, 'state')} ${nProbes === 1 ? 'was' : 'were'} tried`,
  'space.pruned': ({ plan, by }) =>
    `${countText(plan.evictions.length, 'environment')} and ${countText(plan.removals.length + plan.wheels.length, 'other thing')} taken away for ${by.name}, ${bytesText(plan.freedBytes)} freed`,
  'environment.replaced': ({ environment, nChanged, trash }) =>
    `environment ${environment.slice(0, 12)} had ${countText(nChanged, 'changed file')}: moved to ${trash}, to be built again`,
  'trash.put': ({ id, what, name, why, sizeBytes, ref, leftOut }) =>
    `${id} is in the trash: ${what} ${name}, ${bytesText(sizeBytes)}; ${why}${ref === null ? '' : '; a backup holds it'}${leftOut.length === 0 ? '' : `, all but ${countText(leftOut.length, 'file')}`}`,
  'trash.restored': ({ id, to, how, by, left = [] }) =>
    `${by.name} brought ${id} back to ${to}${how === 'moved' ? '' : ', from its backup'}${left.length === 0 ? '' : `; ${listText(left)} stays in the trash`}`,
  'commit.kept': ({ commit, slot, ref, why }) =>
    `commit ${commit.slice(0, 7)} of ${slot} is kept in home as ${ref}, not in a backup: ${why}`,
  'trash.emptied': ({ id, sizeBytes, ref, by }) =>
    `${by.name} emptied ${id}, ${bytesText(sizeBytes)}${ref === null ? '' : '; its backup stays'}`,
  'status.summarised': () => 'status summary',
};
