import { torchaudioOf } from './torch-family.ts';
import { compareVersions, publicPart } from './version.ts';

/**
 * xformers that was built for one torch, by torch version; from torch 2.10 on 0.0.34 and later run with all
 * (wheel METADATA of xformers; 2.5.x on weaker evidence).
 */
const xformersOf: Readonly<Record<string, string>> = {
  '2.3.0': '0.0.26.post1',
  '2.3.1': '0.0.27',
  '2.4.0': '0.0.27.post2',
  '2.4.1': '0.0.28.post1',
  '2.5.0': '0.0.28.post2',
  '2.5.1': '0.0.28.post3',
  '2.6.0': '0.0.29.post3',
  '2.7.0': '0.0.30',
  '2.7.1': '0.0.31',
  '2.8.0': '0.0.32.post2',
  '2.9.0': '0.0.33.post1',
  '2.9.1': '0.0.33.post2',
};

const FIRST_STABLE_XFORMERS = '0.0.34';

/** Returns a warning, as a sentence, for every package beside the new torch that was built for another one. `versions` are those that will be in the environment. */
export function torchWarnings(torch: string, versions: ReadonlyMap<string, string>): readonly string[] {
  return [
    torchaudioWarning(torch, versions.get('torchaudio')),
    xformersWarning(torch, versions.get('xformers')),
  ].filter((text) => text !== undefined);
}

function torchaudioWarning(torch: string, torchaudio: string | undefined): string | undefined {
  const partner = torchaudioOf(torch);
  if (torchaudio === undefined || partner === undefined || compareVersions(publicPart(torchaudio), partner) === 0)
    return undefined;
  return `torchaudio ${torchaudio} does not belong to torch ${torch}: ${partner} does.`;
}

function xformersWarning(torch: string, xformers: string | undefined): string | undefined {
  if (xformers === undefined) return undefined;
  const partner = xformersOf[publicPart(torch)];
  if (partner === undefined) {
    const isStable = compareVersions(torch, '2.10') >= 0 && compareVersions(xformers, FIRST_STABLE_XFORMERS) >= 0;
    return isStable ? undefined : `xformers ${xformers} was not built for torch ${torch}. ComfyUI does without it.`;
  }
  if (compareVersions(publicPart(xformers), partner) === 0) return undefined;
  return `xformers ${xformers} was not built for torch ${torch}: ${partner} was. ComfyUI does without it.`;
}
