import { z } from 'zod';

import { type Address, kindOf, nameOf } from '../../domain/bus/address.ts';
import type { NewMessage } from '../../domain/bus/message.ts';
import { playbooksOn } from '../../domain/bus/route.ts';
import type { Installation } from '../../engine/context.ts';
import type { App } from '../app.ts';
import { newest } from '../views/journal-reader.ts';

/** Who was waiting for a message, and whether somebody had to be woken for it. */
export const wokenSchema = z.object({
  playbooks: z.array(z.string()).describe('Playbooks that it starts.'),
  runs: z.array(z.string()).describe('Open runs that read it.'),
  supervisor: z
    .enum(['was there', 'started', 'asleep'])
    .describe('`asleep`: none of them needs one now; whoever reads the mailbox finds it.'),
});
export type Woken = z.infer<typeof wokenSchema>;

/** Runs that are looked through, the newest ones: older ones that are still open have lain there for long. */
const maxRuns = 200;

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
  { ledger, bus }: Installation,
  { message, mailboxes }: { message: NewMessage; mailboxes: readonly Address[] },
): string[] {
  const asked = message.inReplyTo === null ? undefined : bus.find(message.inReplyTo)?.run;
  return ledger
    .read({ kinds: ['run.created'], descending: true, limit: maxRuns })
    .flatMap(({ run }) => (run === null || ledger.latest(`close:${run}`) !== undefined ? [] : [run]))
    .filter((run) => run === asked || mailboxes.some((mailbox) => reads(ledger, { run, mailbox })))
    .toReversed();
}

/** A run reads what is for itself, for the agents of its steps and for its tree. */
function reads(ledger: Installation['ledger'], { run, mailbox }: { run: string; mailbox: Address }): boolean {
  const plan = newest(ledger, 'plan.made', `plan:${run}`)?.data.plan;
  const name = nameOf(mailbox);
  switch (kindOf(mailbox)) {
    case 'run':
      return name === run;
    case 'tree':
      return plan?.tree === name;
    case 'agent':
      return plan?.steps.some(({ agent }) => agent === name) ?? false;
    case 'topic':
    case 'group':
    case 'person':
    case 'supervisor':
      return false;
  }
}
