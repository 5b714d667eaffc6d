import { accent, bad, dim, good, type Line } from '../line.ts';

/** Returns a patch as lines: what is added, what is taken away, where. */
export function diffLines(patch: string): readonly Line[] {
  if (patch === '') return [[dim('no file differs')]];
  return patch.replace(/\n$/, '').split('\n').map(diffLine);
}

function diffLine(text: string): Line {
  if (/^(diff |index |new file|deleted file|old mode|new mode|--- |\+\+\+ )/.test(text)) return [dim(text)];
  if (text.startsWith('@@')) return [accent(text)];
  if (text.startsWith('+')) return [good(text)];
  return text.startsWith('-') ? [bad(text)] : text;
}

/** Renders `review diff`. */
export const renderReviewDiff = ({ patch }: { readonly patch: string }): readonly Line[] => diffLines(patch);
