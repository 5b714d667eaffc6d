import type { Finding } from '../../../domain/doctor/finding.ts';
import type { Look } from '../look.ts';

/**
 * Kept wheels against the hash that their folder is called by: what a way back without a network is built from. Without `isDeep` only
 * whether each folder holds a wheel.
 */
export const lookAtWheels: Look = async ({ paths, outside: { files } }, { isDeep }) => {
  const findings: Finding[] = [];
  const folders = (await files.list(paths.wheels)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  for (const sha256 of folders) {
    const dir = `${paths.wheels}/${sha256}`;
    const wheel = (await files.list(dir)).find((name) => name.endsWith('.whl'));
    const isThere = wheel !== undefined && (!isDeep || (await holds(dir, sha256)));
    if (isThere) continue;
    findings.push({
      id: `wheel-broken:${sha256.slice(0, 12)}`,
      area: 'wheels',
      severity: 'warning',
      sentence:
        wheel === undefined
          ? `the folder of kept wheel ${sha256.slice(0, 12)} holds no wheel`
          : `the kept wheel ${wheel} is not what its hash says`,
      evidence: [dir],
      repair: {
        kind: 'safe',
        act: 'trash-wheel',
        subject: sha256,
        does: 'move it to the trash; the next build fetches it again',
      },
    });
  }
  const fact = `${folders.length} kept${isDeep ? ', each of them read' : ''}`;
  return { fact, findings };

  async function holds(dir: string, sha256: string): Promise<boolean> {
    return (await files.manifest(dir)).lines.some((line) => line.startsWith(`${sha256} `));
  }
};
