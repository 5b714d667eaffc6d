import { partnersOf } from './torch-family.ts';
import { firstStableXformers } from './torch-table.ts';
import { compareVersions, publicPart } from './version.ts';

/** Returns a warning, as a sentence, for every package beside the new torch that was built for another one. `versions` are those that will be in the environment. */
export function torchWarnings(torch: string, versions: ReadonlyMap<string, string>): readonly string[] {
  return [
    torchaudioWarning(torch, versions.get('torchaudio')),
    xformersWarning(torch, versions.get('xformers')),
  ].filter((text) => text !== undefined);
}

/** Returns whether an xformers was built for a torch. */
export function isXformersOf(xformers: string, torch: string): boolean {
  const partner = partnersOf(torch)?.row?.xformers;
  if (typeof partner === 'string') return compareVersions(publicPart(xformers), partner) === 0;
  return compareVersions(torch, '2.10') >= 0 && compareVersions(xformers, firstStableXformers) >= 0;
}

function torchaudioWarning(torch: string, torchaudio: string | undefined): string | undefined {
  const partner = partnersOf(torch)?.torchaudio;
  if (torchaudio === undefined || partner === undefined || compareVersions(publicPart(torchaudio), partner) === 0)
    return undefined;
  return `torchaudio ${torchaudio} does not belong to torch ${torch}: ${partner} does.`;
}

function xformersWarning(torch: string, xformers: string | undefined): string | undefined {
  if (xformers === undefined || isXformersOf(xformers, torch)) return undefined;
  const partner = partnersOf(torch)?.row?.xformers;
  const which = typeof partner === 'string' ? `: ${partner} was` : '';
  return `xformers ${xformers} was not built for torch ${torch}${which}. ComfyUI does without it.`;
}
