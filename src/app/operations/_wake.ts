import { z } from 'zod';

import { busAnswer } from '../../actions/bus-answer.ts';
import { type Address, kindOf, nameOf } from '../../domain/bus/address.ts';
import type { NewMessage } from '../../domain/bus/message.ts';
import { mailboxesOfAgent, playbooksOn } from '../../domain/bus/route.ts';
import type { Installation } from '../../engine/context.ts';
import type { App } from '../app.ts';
import { newest } from '../views/journal-reader.ts';

/** Who was waiting for a message, and whether somebody had to be woken for it. */
export const wokenSchema = z.object({
  playbooks: z.array(z.string()).describe('Playbooks that it starts.'),
  runs: z.array(z.string()).describe('Open runs that wait for it: one that asked, or one in which somebody answers.'),
  supervisor: z
    .enum(['was there', 'started', 'asleep'])
    .describe('`asleep`: none of them needs one now; whoever reads the mailbox finds it.'),
});
export type Woken = z.infer<typeof wokenSchema>;

/** Runs that are looked through, the newest ones: older ones that are still open have lain there for long. */
const maxRuns = 200;

/** The action by which an agent takes questions; what else lies in a mailbox, no step of a run takes. */
const answeringAction = busAnswer.id;

/** Starts the supervisor when a playbook or an open run waits for the message; the bell of its commit wakes one that is there. */
export async function wakeRecipients(
  app: App,
  { message, mailboxes }: { message: NewMessage; mailboxes: readonly Address[] },
): Promise<Woken> {
  const installation = await app.installation();
  const topic = kindOf(message.to) === 'topic' ? nameOf(message.to) : undefined;
  const playbooks = topic === undefined ? [] : playbooksOn(installation.definitions, topic);
  const runs = waitingRuns(installation, { message, mailboxes });
  if (playbooks.length + runs.length === 0)
    return { playbooks: [], runs, supervisor: (await installation.ledger.isHeld()) ? 'was there' : 'asleep' };
  return { playbooks: [...playbooks], runs, supervisor: await app.wake() };
}

function waitingRuns(
  installation: Installation,
  { message, mailboxes }: { message: NewMessage; mailboxes: readonly Address[] },
): string[] {
  const { ledger, bus } = installation;
  const asked = message.inReplyTo === null ? undefined : bus.find(message.inReplyTo)?.run;
  const isQuestion = message.kind === 'ask';
  return ledger
    .read({ kinds: ['run.created'], descending: true, limit: maxRuns })
    .flatMap(({ run }) => (run === null || ledger.latest(`close:${run}`) !== undefined ? [] : [run]))
    .filter(
      (run) => run === asked || (isQuestion && answeredBy(installation, run).some((one) => mailboxes.includes(one))),
    )
    .toReversed();
}

/** Returns the mailboxes from which the steps of a run take questions: those of the agents that answer in it. */
function answeredBy({ ledger, definitions }: Installation, run: string): readonly Address[] {
  const plan = newest(ledger, 'plan.made', `plan:${run}`)?.data.plan;
  const answering = plan?.steps.filter(({ action }) => action === answeringAction) ?? [];
  return answering.flatMap(({ agent }) =>
    mailboxesOfAgent({ agent, tree: definitions.agents.get(agent)?.tree ?? plan?.tree ?? '', run }),
  );
}
