import type { Plan } from '../../src/domain/plans/plan.ts';

export const base = '7c1e2a4'.padEnd(40, '0');
export const merged = '9d0f1b2'.padEnd(40, '1');
export const undone = 'aa55aa5'.padEnd(40, '2');
export const baseTree = 'b0b0b0b'.padEnd(40, '3');
export const exactTree = 'a81f03d'.padEnd(40, '4');
export const environment = 'e1d2c3b4a5968778';
export const components = 'c0ffee'.padEnd(64, '5');
export const planHash = '4f9c21'.padEnd(64, '6');
export const anna = { kind: 'person', name: 'anna' } as const;

export const steps = ['lock', 'build', 'boot', 'smoke'] as const;
export const titles = {
  lock: 'Choose versions',
  build: 'Build the environment',
  boot: 'Boot ComfyUI',
  smoke: 'Run your workflows',
} as const;
export const sentences = {
  lock: 'torch 2.8.0 → 2.11.0, 6 packages locked with hashes',
  build: 'environment e1d2c3b4a596 built, 6 wheels, 2 downloaded',
  boot: 'env-setup on :8191 (8188 is your production); pid 48121 proven; 0 node classes lost',
  smoke: '3/3 ran; sdxl-portrait 22.1 → 20.4 s; pictures not flat',
} as const;
export const moves = [
  { name: 'torch', from: '2.8.0', to: '2.11.0' },
  { name: 'torchvision', from: '0.23.0', to: '0.26.0' },
];

/** Returns the plan of `upgrade pytorch`. */
export function upgradePlan(): Plan {
  return {
    hash: planHash as Plan['hash'],
    goalText: 'upgrade pytorch',
    goal: { kind: 'work' },
    playbook: 'upgrade-pytorch',
    score: 0.97,
    tree: 'env-setup',
    risk: 'medium',
    branchRef: 'refs/heads/main',
    base: base as Plan['base'],
    inputs: {},
    steps: steps.map((id, index) => ({
      id,
      title: titles[id],
      action: `env.${id}`,
      agent: 'env-setup',
      needs: index === 0 ? [] : [steps[index - 1] ?? ''],
      with: {},
      timeoutMs: 600_000,
      retries: 1,
    })),
    moves,
    rejected: [{ name: 'torch', version: '2.14.1', why: '6 days old, you ask for 14' }],
    lockText: null,
    requirementsText: null,
    files: [],
    notes: [],
    mustAsk: null,
    estimates: {
      downloadBytes: 1_900_000_000,
      diskBytes: 5_200_000_000,
      diskFreeBytes: 61_000_000_000,
      minutes: 6,
      productionDownSeconds: 20,
      costUsd: 0,
    },
    warnings: ['CUDA is not tried: this machine has no GPU'],
    model: null,
  };
}
