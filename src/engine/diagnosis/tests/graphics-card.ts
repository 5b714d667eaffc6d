import type { CauseTest } from '../test-causes.ts';

const aboutTheCard = new Set(['S04', 'S05', 'S06', 'S07', 'S09']);

/** Asks the driver's own program for the cards. */
export const testGraphicsCard: CauseTest = async ({ outside }, { finding }) => {
  if (!aboutTheCard.has(finding.signature)) return undefined;
  const test = 'nvidia-smi';
  const probed = await outside.accelerators.probe();
  switch (probed.kind) {
    case 'none':
      return { test, outcome: 'confirmed', sentence: 'There is no NVIDIA driver, or it has no card.' };
    case 'unknown':
      return { test, outcome: 'confirmed', sentence: `The driver does not answer: ${probed.reason}.` };
    case 'nvidia': {
      const cards = probed.gpus.map(({ name }) => name).join(', ');
      const outcome = finding.signature === 'S04' || finding.signature === 'S05' ? 'unclear' : 'ruled out';
      return { test, outcome, sentence: `The driver ${probed.driver} answers now, with ${cards}.` };
    }
  }
};
