/** Shipped playbooks that answer a failure: each does what a program may, and tells the rest. */
export const repairPlaybooks = [
  'emergency-unresponsive',
  'out-of-memory',
  'disk-full',
  'node-import-failed',
  'model-missing',
  'gpu-lost',
  'queue-stuck',
  'bad-upgrade',
] as const;
export type RepairPlaybook = (typeof repairPlaybooks)[number];

/** Returns what to type for the answer. */
export const answerCommand = (playbook: RepairPlaybook): string => `orchestrate respond --playbook ${playbook}`;
