import { Fault } from '../../base/fault.ts';
import { plainLine } from '../../domain/alerts/plain-alert.ts';
import type { Host, Notice, Processes, ProgramResult } from '../../ports/index.ts';

export interface CommandParts {
  readonly processes: Processes;
  readonly host: Pick<Host, 'platform' | 'session' | 'searchPath'>;
}

/** A program that takes longer is ended, and tried again later. */
const timeoutMs = 30_000;

/**
 * Runs a person's program with title and text on stdin, and with their session's variables, `ORCHESTRATE_SEVERITY` and
 * `ORCHESTRATE_ALERT_KEY`. What the notice says is never an argument. Fault: `NOTICE_FAILED`, with the last line that it wrote.
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  notice: Notice,
  { processes, host }: CommandParts,
): Promise<void> {
  const env = {
    ...environmentOf(host),
    ORCHESTRATE_SEVERITY: notice.severity,
    ORCHESTRATE_ALERT_KEY: notice.key,
  };
  const stdin = `${notice.title}\n\n${notice.text}\n`;
  await run(processes, { program, args, env, stdin });
}

/**
 * Shows the notice where the person sits: by `notify-send`, on a Mac by `osascript`. Fault: `NOTICE_FAILED` where there is neither, or
 * nobody is logged in at a screen.
 */
export async function showOnDesktop(notice: Notice, { processes, host }: CommandParts): Promise<void> {
  const env = environmentOf(host);
  if (host.platform === 'win32') throw new Fault('NOTICE_FAILED', 'There is no desktop notice on this system.');
  if (host.platform === 'darwin') {
    // Texts are arguments of the script, never part of it.
    const script = ['on run argv', 'display notification (item 2 of argv) with title (item 1 of argv)', 'end run'];
    const args = [...script.flatMap((line) => ['-e', line]), '--', notice.title, notice.text.slice(0, 500)];
    return run(processes, { program: '/usr/bin/osascript', args, env, stdin: '' });
  }
  if (host.session['DBUS_SESSION_BUS_ADDRESS'] === undefined && host.session['XDG_RUNTIME_DIR'] === undefined)
    throw new Fault('NOTICE_FAILED', 'Nobody is logged in at a desktop of this machine.');
  const urgency = { critical: 'critical', warning: 'normal', informational: 'low' }[notice.severity];
  const text = notice.text
    .slice(0, 500)
    .replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? '');
  const args = ['--app-name=orchestrate', `--urgency=${urgency}`, '--', notice.title, text];
  return run(processes, { program: 'notify-send', args, env, stdin: '' });
}

const environmentOf = ({ session, searchPath }: CommandParts['host']): Record<string, string> => ({
  ...session,
  PATH: searchPath.join(':'),
});

async function run(
  processes: Processes,
  spec: {
    readonly program: string;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
    readonly stdin: string;
  },
): Promise<void> {
  let result: ProgramResult;
  try {
    result = await processes.run({ ...spec, timeoutMs, maxOutputBytes: 64 * 1024 });
  } catch (cause) {
    const why = cause instanceof Fault ? cause.message : 'it cannot be started';
    throw new Fault('NOTICE_FAILED', `${spec.program} was not run: ${why}`, { cause });
  }
  if (result.timedOut) throw new Fault('NOTICE_FAILED', `${spec.program} did not end in ${timeoutMs / 1000} seconds.`);
  if (result.exitCode === 0) return;
  const said = plainLine(`${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? '', 300).trim();
  const ended = result.exitCode === null ? `a signal (${result.signal ?? '?'})` : String(result.exitCode);
  throw new Fault('NOTICE_FAILED', `${spec.program} ended with ${ended}${said === '' ? '' : `: ${said}`}.`);
}
