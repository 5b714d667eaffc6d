/** Decides the exit status; see `exitCodes`. */
export type FaultKind =
  | 'user'
  | 'usage'
  | 'busy'
  | 'not-found'
  | 'conflict'
  | 'outside'
  | 'waiting'
  | 'bug'
  | 'interrupted';

/** Exit status of the command line for each kind of fault. */
export const exitCodes: Readonly<Record<FaultKind, number>> = {
  user: 1,
  usage: 2,
  busy: 3,
  'not-found': 4,
  conflict: 5,
  outside: 6,
  waiting: 7,
  bug: 70,
  interrupted: 130,
};

interface FaultCodeEntry {
  readonly kind: FaultKind;
  /** One line for `docs/errors.md`. */
  readonly title: string;
  /** What to type next when the thrower knows nothing better. */
  readonly hints: readonly string[];
}

const entry = (kind: FaultKind, title: string, ...hints: string[]): FaultCodeEntry => ({
  kind,
  title,
  hints,
});

/** Every fault there is. A code is permanent once released: add, never rename. */
export const faultCodes = {
  // Usage and input.
  USAGE_UNKNOWN_COMMAND: entry('usage', 'No command of that name.', 'orchestrate --help'),
  USAGE_BAD_ARGUMENT: entry('usage', 'An argument or option does not fit.', 'orchestrate --help'),
  YES_REQUIRED: entry('waiting', 'Something would be taken away, and nobody can be asked: it needs a yes beforehand.'),
  GOAL_UNKNOWN: entry('user', 'No playbook understands the goal.', 'orchestrate run --help'),
  NAME_INVALID: entry('usage', 'A name or id has a character or form that is not allowed.'),
  NOTHING_TO_DO: entry('user', 'What was asked for is already so.'),
  // Definitions and configuration.
  DEFINITION_SYNTAX: entry('user', 'A definition file is not well-formed YAML.', 'orchestrate doctor'),
  DEFINITION_INVALID: entry('user', 'A definition file has a wrong or unknown field.', 'orchestrate doctor'),
  DEFINITION_DUPLICATE: entry('user', 'Two definition files have the same id.', 'orchestrate doctor'),
  PLAYBOOK_CYCLE: entry('user', 'The steps of a playbook need each other in a circle.', 'orchestrate doctor'),
  PLAYBOOK_UNKNOWN_REFERENCE: entry(
    'user',
    'A playbook names a step, action, agent or tree that does not exist.',
    'orchestrate doctor',
  ),
  DEFINITION_EXISTS: entry('conflict', 'There is a definition file of that id already.'),
  AGENT_NOT_FOUND: entry('not-found', 'There is no agent of that name.', 'orchestrate agents list'),
  PLAYBOOK_NOT_FOUND: entry('not-found', 'There is no playbook of that id.', 'orchestrate playbooks list'),
  CONFIG_INVALID: entry('user', 'orchestrate.yaml has a wrong or unknown field.', 'orchestrate doctor'),
  // Expressions, checks and tests of playbooks.
  EXPRESSION_INVALID: entry('user', 'An expression of a playbook cannot be read, or does not fit its place.'),
  EXPRESSION_FAILED: entry(
    'user',
    'An expression of a playbook cannot be decided from what is known.',
    'orchestrate playbooks show <playbook>',
    'orchestrate playbooks test <playbook>',
  ),
  STEP_CHECK_FAILED: entry(
    'user',
    'What a step reported is not what its check asks for.',
    'orchestrate runs show <run>',
    'orchestrate playbooks show <playbook>',
  ),
  STEP_NOT_ASKED: entry('conflict', 'No step of the run waits for an answer.', 'orchestrate runs list'),
  PLAYBOOK_TEST_INVALID: entry(
    'user',
    'A test of a playbook gives or expects something that cannot be.',
    'orchestrate playbooks show <playbook>',
    'orchestrate playbooks test <playbook>',
  ),
  // Installation.
  HOME_NOT_FOUND: entry('not-found', 'This folder is not inside an installation.', 'orchestrate init <folder>'),
  HOME_EXISTS: entry('conflict', 'The folder already holds something else.'),
  HOME_NOT_GIT: entry('user', 'The home folder is not a git repository.'),
  HOME_DETACHED: entry('user', 'The home repository has a detached HEAD.', 'git switch <branch>'),
  HOME_UNBORN: entry('user', 'The home repository has no commit yet.', 'git commit'),
  HOME_BARE: entry('user', 'The home repository is bare.'),
  HOME_UNSUPPORTED: entry('user', 'The home repository uses a git feature that is not supported.'),
  HOME_NESTED_REPOSITORY: entry('user', 'A git repository lies inside a folder that must hold plain files.'),
  HOME_LFS: entry('user', 'The home repository uses Git LFS or content filters.'),
  HOME_DIRTY: entry('waiting', 'Files that the change touches have edits of yours.', 'git status'),
  HOME_BRANCH: entry(
    'waiting',
    'Home has another branch checked out than the one that a merge is for.',
    'git switch <branch>',
  ),
  COMPONENT_NOT_FOUND: entry('not-found', 'The ComfyUI folder or a node pack is not where it should be.'),
  WORKFLOW_NOT_FOUND: entry('not-found', 'No workflow of that name lies in workflows/.', 'orchestrate smoke list'),
  COMPONENT_SOURCE_REFUSED: entry(
    'user',
    'A component comes from an address that is not fetched from.',
    'Write an https:// address or a local path as its source into components.lock.',
  ),
  COMPONENT_SOURCE_UNREACHABLE: entry('outside', 'The repository that a component comes from does not answer.'),
  COMPONENT_VERSION_NOT_FOUND: entry('not-found', 'A component has no such tag, branch or commit.'),
  COMPONENT_CONTENT_REFUSED: entry('user', 'A fetched component holds something that is not taken.'),
  COMPONENT_REWRITTEN: entry('conflict', 'A tag of a component names another commit than before.'),
  PROMPT_NOT_FOUND: entry(
    'not-found',
    'No prompt of that id runs or waits in the service.',
    'orchestrate service queue',
    'orchestrate service history',
  ),
  SERVICE_WITHOUT_PROMPTS: entry(
    'user',
    'The service of this installation is no ComfyUI: it has no prompts and no models.',
    'orchestrate service status',
  ),
  // Tools of the machine.
  GIT_MISSING: entry('outside', 'git is not on the PATH.', 'orchestrate doctor'),
  GIT_TOO_OLD: entry('outside', 'git is too old for what is asked of it.', 'orchestrate doctor'),
  GIT_FAILED: entry('outside', 'git ended with an error.', 'orchestrate doctor'),
  GIT_TIMEOUT: entry('outside', 'git did not finish in time and was stopped.', 'orchestrate doctor'),
  PYTHON_MISSING: entry('outside', 'No Python 3.10 or newer was found.', 'orchestrate doctor'),
  PYTHON_TOO_OLD: entry('outside', 'The Python that was found is older than 3.10.', 'orchestrate doctor'),
  PYTHON_VENV_MISSING: entry('outside', 'The Python that was found has no venv module.', 'orchestrate doctor'),
  UV_MISSING: entry('outside', 'orchestrate.yaml asks for uv, and it is not on this machine.', 'orchestrate doctor'),
  NODE_TOO_OLD: entry('outside', 'Node is older than 24.'),
  DISK_FULL: entry('outside', 'The disk is full.', 'orchestrate doctor'),
  FILE_ACCESS: entry('outside', 'A file or folder cannot be read or written.', 'orchestrate doctor'),
  SSH_KEYGEN_MISSING: entry(
    'outside',
    'ssh-keygen is not on the PATH: signatures need OpenSSH 8.2.',
    'orchestrate doctor',
  ),
  PROCESS_FAILED: entry('outside', 'A program ended with an error.'),
  PROCESS_TIMEOUT: entry('outside', 'A program did not finish in time and was stopped.'),
  // Environment.
  INDEX_UNREACHABLE: entry('outside', 'The package index cannot be reached.', 'orchestrate doctor'),
  PACKAGE_NOT_FOUND: entry('not-found', 'No version of the package fits.'),
  PACKAGE_CONFLICT: entry('conflict', 'Two requirements cannot both be met.'),
  PACKAGE_NONE_FITS: entry(
    'conflict',
    'No version of the package fits this machine, its age and what is installed.',
    'orchestrate run "upgrade pytorch" --dry-run --target <version> --cuda <family>',
  ),
  WHEEL_HASH_MISMATCH: entry('outside', 'A downloaded package is not the one that was locked.'),
  ENVIRONMENT_BUILD_FAILED: entry('user', 'The environment could not be built.'),
  ENVIRONMENT_DRIFTED: entry('conflict', 'The files of an environment are not the ones that were proven.'),
  ENVIRONMENT_IMPORT_FAILED: entry('user', 'A package of the new environment does not import.'),
  ENVIRONMENT_CHECK_FAILED: entry('user', 'The new environment fails a check that the one before it passed.'),
  LOCK_INVALID: entry('user', 'requirements.lock is not well-formed.'),
  PROGRAM_SETUP_FAILED: entry('user', 'The set-up command of the service did not end well.'),
  PROGRAM_CHECK_FAILED: entry('user', 'A check of the service fails on the exact tree.'),
  // Instances and ports.
  PORT_TAKEN: entry('busy', 'A port is held by a program that is not ours.'),
  PORT_NONE_FREE: entry('busy', 'No port of the range is free.'),
  INSTANCE_BOOT_FAILED: entry('user', 'The service ended before it answered.'),
  INSTANCE_UNHEALTHY: entry('user', 'The service started but never became healthy.'),
  INSTANCE_NOT_PROVEN: entry('conflict', 'Something answers on the port, but it is not the instance that was started.'),
  SERVICE_NOT_RUNNING: entry('not-found', 'Production is not running.', 'orchestrate service start'),
  SERVICE_NOT_OURS: entry('conflict', 'Production is started by another program.'),
  USER_FOLDER_NOT_KEPT: entry('user', 'Database and settings cannot be kept before another ComfyUI starts on them.'),
  SMOKE_FAILED: entry('user', 'A workflow did not run, or its picture is not good.'),
  // Workflows: what is wrong with a graph, and how the server answered it.
  WORKFLOW_MALFORMED: entry(
    'user',
    'A workflow has no node, too many, or one without a class.',
    'orchestrate smoke list',
  ),
  WORKFLOW_CLASS_MISSING: entry(
    'user',
    'A workflow needs node classes that no installed pack has.',
    'Install the pack that has them, or: orchestrate smoke remove <workflow>',
  ),
  WORKFLOW_LINK_DANGLING: entry(
    'user',
    'A node of a workflow takes an input from a node that is not there.',
    'Open it in ComfyUI, join the input, and bring it again: orchestrate smoke add <file>',
  ),
  WORKFLOW_CYCLE: entry(
    'user',
    'The nodes of a workflow feed each other in a circle.',
    'Open it in ComfyUI, cut the circle, and bring it again: orchestrate smoke add <file>',
  ),
  WORKFLOW_INPUT_MISSING: entry(
    'user',
    'A workflow begins with a picture that the branch does not have.',
    'Put the picture into workflows/inputs/ and commit it.',
  ),
  WORKFLOW_REFUSED: entry('user', 'The server refused a workflow and said why.', 'orchestrate smoke list'),
  WORKFLOW_PARTLY_REFUSED: entry(
    'user',
    'The server would have run a workflow without some of its outputs; it was taken back.',
    'orchestrate smoke list',
  ),
  WORKFLOW_REFUSED_SILENTLY: entry(
    'user',
    'The server refused a workflow and did not say why.',
    'orchestrate diagnose',
  ),
  WORKFLOW_NODE_FAILED: entry('user', 'A node of a workflow failed.', 'orchestrate diagnose'),
  WORKFLOW_INTERRUPTED: entry('user', 'Somebody else stopped a workflow.'),
  WORKFLOW_TIMEOUT: entry('user', 'A workflow did not end in time; it was taken back.', 'orchestrate diagnose'),
  WORKFLOW_PICTURE_UNREADABLE: entry('user', 'A picture of a workflow is not there, or is no picture.'),
  // Runs, changes, reviews.
  RUN_NOT_FOUND: entry('not-found', 'No run of that id.', 'orchestrate runs list'),
  RUN_NOT_RESUMABLE: entry('conflict', 'The run is not in a state that can be resumed.', 'orchestrate runs list'),
  RUN_FINISHED: entry('conflict', 'The run has already ended.', 'orchestrate runs show <run>'),
  STEP_NOT_FOUND: entry('not-found', 'The plan has no step of that name.'),
  CHANGE_NOT_FOUND: entry('not-found', 'No change of that id.', 'orchestrate review list'),
  CHANGE_FINISHED: entry('conflict', 'The change has already ended.', 'orchestrate review show <change>'),
  CHANGE_NOT_REVIEWABLE: entry('conflict', 'The change is not waiting for a review.', 'orchestrate review list'),
  CHANGE_CONFLICT: entry('conflict', 'The change and the branch edit the same lines.'),
  CHANGE_MOVED: entry('conflict', 'The tree is not the one that was approved.'),
  REVIEW_SELF: entry('conflict', 'An author cannot approve its own change.'),
  REVIEW_TWICE: entry(
    'conflict',
    'This person has approved exactly this already.',
    'orchestrate policy explain <change>',
  ),
  PRINCIPAL_UNKNOWN: entry(
    'conflict',
    'Nobody who may approve is behind that login or key.',
    'orchestrate principals list',
  ),
  PRINCIPAL_NOT_ALLOWED: entry('conflict', 'This person may not do that.', 'orchestrate principals list'),
  TICKET_MISSING: entry('user', 'The policy wants a ticket with the approval.', 'orchestrate policy explain <change>'),
  TICKET_INVALID: entry('user', 'The ticket does not look as the policy wants it.', 'orchestrate policy show'),
  REASON_MISSING: entry('user', 'A reason has to be given.'),
  SIGNATURE_MISSING: entry('user', 'The policy wants the approval signed.', 'orchestrate policy explain <change>'),
  SIGNATURE_INVALID: entry(
    'conflict',
    'A signature is not of a known key over what is approved.',
    'orchestrate principals list',
  ),
  CHANGE_NOT_APPROVED: entry(
    'conflict',
    'The change has not all the approvals that it needs.',
    'orchestrate policy explain <change>',
  ),
  MERGE_FROZEN: entry('waiting', 'Nothing merges during a freeze.', 'orchestrate windows list'),
  WINDOW_SHUT: entry('waiting', 'An approved change waits for its merge window.', 'orchestrate windows list'),
  WINDOW_NOT_FOUND: entry('not-found', 'No window or freeze of that id.', 'orchestrate windows list'),
  FOLLOWUP_NOT_FOUND: entry('not-found', 'No open follow-up of that id.', 'orchestrate followups list'),
  WAITING_FOR_PERSON: entry('waiting', 'A person has to decide.', 'orchestrate review list'),
  TREE_NOT_FOUND: entry('not-found', 'No tree of that id.', 'orchestrate trees list'),
  TREE_EXISTS: entry('conflict', 'There is a tree of that id already.', 'orchestrate trees list'),
  TREE_IN_USE: entry('conflict', 'Runs, changes or slots of the tree are open.', 'orchestrate trees list'),
  SCALE_NO_ROOM: entry('outside', 'There is not enough memory or disk for one more slot.', 'orchestrate restore prune'),
  SLOT_NONE_FREE: entry('busy', 'No other slot of the tree is free.', 'orchestrate trees list'),
  ATTEMPT_DIED: entry('waiting', 'A program of the step was ended from outside.', 'orchestrate failover'),
  ATTEMPT_ALIVE: entry('conflict', 'The work shows signs of life: it is not handed over.', 'orchestrate claims list'),
  CLAIM_HELD: entry('conflict', 'Somebody else works on it.', 'orchestrate claims list'),
  CLAIM_GROUND_NOT_MET: entry(
    'conflict',
    'What was given as the reason for taking work over is not so.',
    'orchestrate claims list',
  ),
  TREE_TAMPERED: entry('conflict', 'Git files of a slot or of home were changed behind the back of the run.'),
  TREE_REFUSED: entry('conflict', 'A slot holds something that cannot be stored.'),
  SOURCE_NOT_FOUND: entry('not-found', 'There is no branch or folder of that name to take work from.', 'git branch'),
  SOURCE_REFUSED: entry('user', 'Work cannot be taken from there as it is.'),
  SOURCE_UNRELATED: entry('conflict', 'The work and the branch have no commit in common.'),
  CHANGE_SUPERSEDED: entry('conflict', 'The same work was submitted again.', 'orchestrate review list'),
  REMOTE_REFUSED: entry('user', 'The remote of orchestrate.yaml cannot be used.'),
  REMOTE_UNREACHABLE: entry('waiting', 'The remote does not answer.'),
  REMOTE_MOVED: entry('waiting', 'The branch on the remote is not what the merge is based on.', 'git pull --ff-only'),
  REMOTE_REJECTED: entry('waiting', 'The remote does not take what is pushed.'),
  REMOTE_AWAITED: entry('waiting', 'A pull request on the remote has to be merged there.'),
  SCOPE_EXCEEDED: entry('conflict', 'A change touches files outside the scope of its tree.'),
  PLAN_MOVED: entry('conflict', 'What would be done is something else now than what was shown.'),
  REMOVAL_REFUSED: entry('conflict', 'Something is not taken away: it is in use, locked, yours, or holds work.'),
  TRASH_NOT_FOUND: entry('not-found', 'Nothing of that id is in the trash.', 'orchestrate trash list'),
  TRASH_TAKEN: entry('conflict', 'Something lies where it would be brought back to.'),
  RESTORE_NOT_FOUND: entry('not-found', 'No restore point of that number or name.', 'orchestrate restore list'),
  RESTORE_UNAVAILABLE: entry('outside', 'The environment of the restore point cannot be brought back.'),
  // Bisect.
  BISECT_TOO_FEW_POINTS: entry(
    'user',
    'The branch has fewer than two restore points, so no merge lies between any.',
    'orchestrate restore list',
  ),
  BISECT_NOT_BEFORE: entry(
    'user',
    'The good restore point does not come before the bad one on the branch.',
    'orchestrate restore list',
  ),
  BISECT_GOOD_FAILS: entry('user', 'What is to be followed back fails at the good restore point already.'),
  BISECT_NOTHING_BROKEN: entry('user', 'Nothing is worse at the bad restore point than at the good one.'),
  OUTSIDE_NOT_FOUND: entry('not-found', 'No outside change of that id is open.', 'orchestrate outside list'),
  ENVIRONMENT_IN_USE: entry('busy', 'A running service or an open run needs the environment.', 'orchestrate status'),
  BUNDLE_INVALID: entry('conflict', 'A bundle is not whole, or not what was signed.'),
  BUNDLE_UNTRUSTED: entry('conflict', 'A bundle is signed by another key than the one that was named.'),
  BUNDLE_UNSUITABLE: entry('user', 'A bundle was made for another Python or platform.'),
  // Reports and the journal.
  JOURNAL_ROW_NOT_FOUND: entry('not-found', 'The journal has no row of that number.', 'orchestrate journal tail'),
  REPORT_FILE_TAKEN: entry('conflict', 'Something that is no report lies where a report would be written.'),
  // Conditions, and what agents ask of each other.
  CONDITION_INVALID: entry(
    'usage',
    'A condition has a name or evidence that does not fit.',
    'orchestrate conditions list',
  ),
  CONDITION_NOT_SET: entry('not-found', 'The condition does not hold.', 'orchestrate conditions list'),
  CONDITION_NOT_YOURS: entry('conflict', 'The condition belongs to another tree, or is for persons.'),
  CONDITION_WITHOUT_EVIDENCE: entry('user', 'An agent set a condition without a row that it rests on.'),
  CONDITION_AWAITED: entry('waiting', 'A step waited too long for a condition.', 'orchestrate conditions list'),
  CHANNEL_NOT_YOURS: entry('conflict', 'An agent published on a channel of another tree.', 'orchestrate trees list'),
  // Memory.
  MEMORY_KEY_INVALID: entry('usage', 'A key of a memory entry is not allowed.', 'orchestrate memory list'),
  MEMORY_CONTENT_INVALID: entry('user', 'A memory entry cannot hold that content.'),
  MEMORY_NOT_FOUND: entry('not-found', 'No memory entry, or no such version of it.', 'orchestrate memory list'),
  MEMORY_MOVED: entry(
    'conflict',
    'Somebody else wrote the memory entry in the meantime.',
    'orchestrate memory history <key>',
  ),
  MEMORY_BLOCKED: entry('conflict', 'Something that is no entry lies where a memory entry belongs.'),
  MEMORY_UNAVAILABLE: entry('outside', 'The memory cannot be read or written.', 'orchestrate doctor'),
  METRICS_UNAVAILABLE: entry('outside', 'The measured values cannot be read or written.', 'orchestrate doctor'),
  // Templates that are applied as a change.
  TEMPLATE_NOT_FOUND: entry('not-found', 'No template of that id.', 'orchestrate templates list'),
  TEMPLATE_DAMAGED: entry(
    'conflict',
    'The files of a template are not what its manifest says.',
    'orchestrate templates list',
  ),
  TEMPLATE_REFUSED: entry('user', 'A folder or file cannot be a template as it is.'),
  TEMPLATE_EXISTS: entry('conflict', 'There is another template of that id already.', 'orchestrate templates list'),
  TEMPLATE_PARAMETER_INVALID: entry('user', 'A parameter of a template has no value or a wrong one.'),
  TEMPLATE_NOT_APPLICABLE: entry('user', 'A template is for another kind of installation, or begins a new one.'),
  // What is done with memory.
  MEMORY_REFUTED: entry(
    'conflict',
    'An entry of memory was refuted: it is not handed on.',
    'orchestrate memory list --all',
  ),
  MEMORY_NOT_YOURS: entry(
    'conflict',
    "An agent writes into its own tree's memory only.",
    'orchestrate memory share <key> --to <tree>',
  ),
  MEMORY_EXPORT_INVALID: entry('user', 'A file of exported memory is not whole, or not what was written.'),
  // Messages.
  BUS_MESSAGE_INVALID: entry(
    'usage',
    'A message is not well-formed, too large or too deep.',
    'orchestrate bus send --help',
  ),
  BUS_MAILBOX_FULL: entry('busy', 'A mailbox holds as many messages as it may.', 'orchestrate bus status'),
  BUS_TYPE_RESERVED: entry('conflict', 'Messages of that type are written by the supervisor alone.'),
  BUS_SENDER_FORGED: entry('conflict', 'A message names another sender than the one who sends it.'),
  BUS_SENDER_UNKNOWN: entry('conflict', 'A program that is no agent’s uses the bus.'),
  BUS_MESSAGE_NOT_FOUND: entry('not-found', 'No message of that id, or none in that mailbox.', 'orchestrate bus inbox'),
  BUS_MAILBOX_NOT_YOURS: entry(
    'conflict',
    'A program takes from its own mailbox and its tree’s only.',
    'orchestrate bus inbox',
  ),
  BUS_DELIVERY_LATE: entry(
    'conflict',
    'Somebody else has the message by now, or it is over.',
    'orchestrate bus status',
  ),
  BUS_NO_ANSWER: entry('waiting', 'Nobody answered in time.', 'orchestrate bus status'),
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
  // Emergencies.
  SERVICE_RESTART_REFUSED: entry(
    'conflict',
    'Production is not started again by a program.',
    'orchestrate diagnose',
    'orchestrate service start   (when you are sure)',
  ),
  // Supervisor and ledger.
  SUPERVISOR_BUSY: entry('busy', 'Another supervisor looks after this installation.', 'orchestrate status'),
  SUPERVISOR_FROZEN: entry('waiting', 'Everything is frozen until somebody thaws it.', 'orchestrate thaw'),
  SUPERVISOR_NOT_STARTED: entry('outside', 'The supervisor did not start.', 'orchestrate doctor'),
  EPOCH_OLD: entry('conflict', 'A newer supervisor has taken over.'),
  LEDGER_NEWER: entry('user', 'The ledger was written by a newer orchestrate.'),
  LEDGER_OLDER: entry('user', 'The ledger was written by an older orchestrate and cannot be carried over.'),
  LEDGER_BROKEN: entry('user', 'The hash chain of the journal does not hold.', 'orchestrate journal verify'),
  LEDGER_UNAVAILABLE: entry('outside', 'The ledger cannot be opened.', 'orchestrate doctor'),
  INTERRUPTED: entry('interrupted', 'Interrupted.'),
  INTERNAL_BUG: entry('bug', 'A bug in orchestrate.', 'orchestrate doctor'),
} as const satisfies Record<string, FaultCodeEntry>;

export type FaultCode = keyof typeof faultCodes;
