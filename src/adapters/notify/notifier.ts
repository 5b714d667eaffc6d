import { Fault } from '../../base/fault.ts';
import type { Files, Host, Notice, NoticeTarget, Notifier, Processes } from '../../ports/index.ts';
import { createSecretReader } from '../files/secret.ts';
import { appendNotice } from './append-notice.ts';
import { postNotice } from './post-notice.ts';
import { runCommand, showOnDesktop } from './run-command.ts';

export interface NotifierParts {
  readonly files: Files;
  readonly processes: Processes;
  readonly host: Pick<Host, 'platform' | 'session' | 'searchPath'>;
  readonly clock: { nowMs(): number };
  /** Of this process: where `env:NAME` is looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told each secret that is read. */
  readonly learn?: (secrets: readonly string[]) => void;
}

/** Creates the notifier. Each send has a time limit of its own, so that it ends. */
export function createNotifier(parts: NotifierParts): Notifier {
  const readSecret = createSecretReader({ ...parts, fault: noticeFailed });
  return {
    send(target: NoticeTarget, notice: Notice): Promise<void> {
      switch (target.kind) {
        case 'file':
          return appendNotice(target.path, notice, parts.clock.nowMs());
        case 'webhook':
          return postNotice(target, notice, { readSecret, nowMs: parts.clock.nowMs() });
        case 'command':
          return runCommand(target.argv, notice, parts);
        case 'desktop':
          return showOnDesktop(notice, parts);
      }
    },
  };
}

const noticeFailed = (sentence: string, cause?: unknown): Fault =>
  new Fault('NOTICE_FAILED', sentence, cause === undefined ? {} : { cause });
