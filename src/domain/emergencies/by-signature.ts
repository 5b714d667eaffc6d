import type { Emergency } from './emergency.ts';

/** Signatures of the catalogue that are an emergency, each once. */
const table: Readonly<Record<Emergency, readonly string[]>> = {
  'disk-full': ['S40'],
  'gpu-lost': ['S06', 'S07', 'S08', 'S09'],
  'out-of-memory': ['S01', 'S02', 'S10', 'S11', 'S12'],
  'model-missing': ['S48', 'S55', 'S56', 'S57', 'S58', 'S59', 'S60', 'S61', 'S65', 'S66', 'S68'],
  // What was installed does not fit: the build, its companions, or what packs were made for.
  'bad-upgrade': ['S03', 'S04', 'S05', 'S13', 'S14', 'S21', 'S22', 'S23', 'S24', 'S26', 'S80'],
  'node-import-failed': ['S15', 'S16', 'S17', 'S18', 'S19', 'S20', 'S25', 'S27', 'S28', 'S36', 'S69', 'S78'],
  'queue-stuck': ['S43', 'S44'],
  // Where malware was found this playbook keeps the evidence, and refuses to start anything.
  'emergency-unresponsive': ['S34', 'S37', 'S38', 'S39', 'S41', 'S42', 'S45', 'S46', 'S47', 'S51'],
};

const emergencyBySignature: ReadonlyMap<string, Emergency> = new Map(
  Object.entries(table).flatMap(([emergency, ids]) => ids.map((id) => [id, emergency as Emergency] as const)),
);

/**
 * Returns the emergency that a signature is, or undefined: a workflow of a person that is wrong, an installation that was refused, what
 * a policy forbids and what is only told have no playbook.
 */
export const emergencyOfSignature = (signature: string): Emergency | undefined =>
  emergencyBySignature.get(signature.toUpperCase());
