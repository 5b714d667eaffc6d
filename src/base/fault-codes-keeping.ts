import { entry, type FaultCodeEntry } from './fault-entry.ts';

/** Faults of keeping it running: part of `faultCodes`. */
export const keepingFaultCodes = {
  // Measured values.
  SERIES_NOT_FOUND: entry('not-found', 'Nothing of that name is measured.', 'orchestrate metrics'),
  // Diagnosis.
  LOG_UNREADABLE: entry('user', 'A log is absent, no plain file, or may not be read.'),
  SIGNATURE_NOT_FOUND: entry('not-found', 'No failure signature of that id or name.', 'orchestrate diagnose list'),
  FINDING_NOT_FOUND: entry(
    'not-found',
    'No failure of that signature is on record here.',
    'orchestrate journal tail --kind diagnosis.found',
  ),
  // Alerts.
  ALERT_NOT_FOUND: entry('not-found', 'There is no alert of that id or key.', 'orchestrate alerts list'),
  ALERT_OVER: entry('conflict', 'The alert is over already.', 'orchestrate alerts list'),
  SUPPRESSION_NOT_FOUND: entry('not-found', 'No suppression of that id holds.', 'orchestrate alerts suppressions'),
  ALERT_TARGET_NOT_FOUND: entry('not-found', 'No target of that name is configured.', 'orchestrate alerts --help'),
  NOTICE_FAILED: entry('outside', 'Somebody who has to be told could not be reached.', 'orchestrate alerts test'),
  // Emergencies.
  EMERGENCY_UNKNOWN: entry(
    'user',
    'Neither the words nor what is seen say which emergency it is.',
    'orchestrate diagnose',
  ),
  DRILL_UNAVAILABLE: entry(
    'not-found',
    'The program that makes drills of emergencies is not installed.',
    'npm run build',
  ),
  DRILL_FAILED: entry('user', 'A drill of an emergency did not come to its end.', 'orchestrate respond --drill all'),
  SERVICE_HAS_PROMPTS: entry(
    'busy',
    'SwarmUI starts ComfyUI, which would lose the prompts in its queue.',
    'orchestrate service queue',
    'orchestrate service restart --now   (they are lost)',
  ),
  SERVICE_RESTART_REFUSED: entry(
    'conflict',
    'Production is not started again by a program.',
    'orchestrate diagnose',
    'orchestrate service start   (when you are sure)',
  ),
  // Schedules.
  SCHEDULE_INVALID: entry(
    'usage',
    'A schedule has times that do not exist, never fires, or asks for what is not there.',
    'orchestrate schedule next --cron "<expression>"',
  ),
  SCHEDULE_NOT_FOUND: entry('not-found', 'No schedule of that id.', 'orchestrate schedule list'),
  SCHEDULE_EXISTS: entry('conflict', 'There is a schedule of that id already.', 'orchestrate schedule list'),
  SCHEDULE_DECLARED: entry('conflict', 'The schedule stands in ops/schedules.yaml.', 'orchestrate schedule list'),
  SCHEDULE_RUNNING: entry('busy', 'A run of the schedule goes on.', 'orchestrate runs list'),
  // What starts the daemon, and where it listens.
  SOCKET_UNAVAILABLE: entry('outside', 'The socket of `serve` cannot be opened.', 'orchestrate serve status'),
  DAEMON_UNSUPPORTED: entry(
    'user',
    'This machine starts no program by a file that is known here.',
    'orchestrate serve',
  ),
  DAEMON_FILE_TAKEN: entry('conflict', 'Something else lies where the file that starts `serve` would be.'),
} as const satisfies Record<string, FaultCodeEntry>;
