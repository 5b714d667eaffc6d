import { isKnownPackage } from '../diagnosis/culprit.ts';
import type { Finding, Repair } from '../diagnosis/finding.ts';
import { malware } from '../diagnosis/malware.ts';
import { bytesText } from '../plans/amounts.ts';
import type { ServiceState } from './may-restart.ts';

/** What somebody can do next, and what to type for it. */
export interface Advice {
  readonly sentence: string;
  readonly command: string;
}

export type Advised = Pick<Finding, 'signature' | 'severity' | 'sentence' | 'culprit' | 'because'> & {
  readonly isOver: boolean;
  readonly how: Repair['how'];
  /** By the catalogue, filled in with words of the log. */
  readonly mend: string;
};

/** What was seen last, as far as it asks for something. */
export interface AdvisedSeen {
  readonly state: ServiceState;
  readonly isOurs: boolean;
  readonly process: { readonly pid: number; readonly state: string | null } | null;
  readonly holders?: readonly { readonly pid: number; readonly name: string; readonly memoryBytes: number | null }[];
  readonly disks: readonly { readonly path: string; readonly level: 'good' | 'warning' | 'critical' }[];
}

/** More than anybody does at once. */
const maxAdvice = 8;

/** Returns what is left to do after the last look, most pressing first. What was found is told by its cause, what is over not at all. */
export function adviceOf(found: readonly Advised[], seen: AdvisedSeen): readonly Advice[] {
  const live = found.filter(
    ({ isOver, because, severity, signature }) =>
      (!isOver || signature === malware) && because === null && severity !== 'informational',
  );
  const isForbidden = found.some(({ signature }) => signature === malware);
  const isShort = live.some(({ signature }) => signature === cardFull);
  return [...(isShort ? holderAdvice(seen) : []), ...live.map(adviceFor), ...adviceBySight(seen, isForbidden)].slice(
    0,
    maxAdvice,
  );
}

/** Another program on the card may be the reason. */
const cardFull = 'S01';

/** Nobody here ends what somebody else started. */
const holderAdvice = ({ holders = [] }: AdvisedSeen): readonly Advice[] =>
  holders.map(({ pid, name, memoryBytes }) => ({
    sentence: `${name} (pid ${pid}) holds ${memoryBytes === null ? 'memory' : bytesText(memoryBytes)} of the card: end it where it is yours.`,
    command: 'nvidia-smi',
  }));

function adviceFor({ signature, sentence, culprit, how, mend }: Advised): Advice {
  const blamed = culprit === null || sentence.includes(nameOf(culprit)) ? '' : ` (${culprit.replace(':', ' ')})`;
  const whose = how === 'never' ? ' Only a person may: ' : ' ';
  return {
    sentence: `${signature}: ${sentence}${blamed}${whose}${mend}`,
    command: commandFor(signature, culprit) ?? `orchestrate diagnose show ${signature}`,
  };
}

function adviceBySight({ state, isOurs, process: own, disks }: AdvisedSeen, isForbidden: boolean): readonly Advice[] {
  const full = disks.find(({ level }) => level === 'critical');
  const isDown = isOurs && !isForbidden && (state === 'gone' || state === 'stopped');
  return [
    ...(own?.state === 'D'
      ? [
          {
            sentence: `The kernel holds process ${own.pid}: a disk or a driver does not answer it. Look at what the kernel says; only a restart of the machine ends it.`,
            command: 'dmesg --level err,warn',
          },
        ]
      : []),
    ...(full === undefined
      ? []
      : [
          {
            sentence: `The disk of ${full.path} is full: let go of what lies in the trash.`,
            command: 'orchestrate trash list',
          },
          { sentence: 'Let go of environments that the rule lets go.', command: 'orchestrate restore prune' },
        ]),
    ...(isDown ? [{ sentence: 'Production is down.', command: 'orchestrate service start' }] : []),
  ];
}

const nameOf = (culprit: string): string => culprit.slice(culprit.indexOf(':') + 1);

/** Names that are no more than a name: the log says them, and somebody types them. */
const plainName = /^[A-Za-z0-9][\w.-]{0,99}$/;

const withName = (goal: string) => (name: string | null) =>
  name === null ? null : `orchestrate run "${goal} ${name}"`;
const always = (command: string) => () => command;

/** What a program here can do about it, by the signature; never for what only a person may. */
const commands: Readonly<Record<string, (name: string | null) => string | null>> = {
  S01: always('nvidia-smi'),
  S03: always('orchestrate run "upgrade pytorch"'),
  S05: always('orchestrate run "bad upgrade"'),
  S07: always('nvidia-smi'),
  S17: (name) => withName('add')(name !== null && isKnownPackage(name) ? name : null),
  S18: withName('update'),
  S29: always('orchestrate run "upgrade python"'),
  S31: always('orchestrate run "relock the environment"'),
  S36: withName('update'),
  S40: always('orchestrate trash list'),
  S53: always('orchestrate outside list'),
  S80: withName('update'),
};

function commandFor(signature: string, culprit: string | null): string | null {
  const name = culprit === null ? null : nameOf(culprit);
  return commands[signature]?.(name !== null && plainName.test(name) ? name : null) ?? null;
}
