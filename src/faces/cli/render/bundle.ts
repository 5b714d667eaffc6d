import { countText, roomText, shortId, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line } from '../line.ts';

interface Exported {
  readonly file: string;
  readonly point: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly nFiles: number;
  readonly nWheels: number;
}

/** Renders `restore export`. */
export function renderExport({ file, point, key, sizeBytes, nFiles, nWheels }: Exported): readonly Line[] {
  return [
    [good('✓ '), strong(point), ` in ${file}`],
    `  ${roomText(sizeBytes)}: ${countText(nFiles, 'file')} of home and components, ${nWheels === 0 ? 'no wheels' : countText(nWheels, 'wheel')}`,
    ['  signed by key ', strong(key), dim('   (tell it to whoever adopts this, by another way than the file)')],
    nextLine(`orchestrate run "adopt bundle ${file}" --set key=${key}   (on the other machine)`),
  ];
}

interface Shown {
  readonly file: string;
  readonly key: string;
  readonly isOwnKey: boolean;
  readonly sizeBytes: number;
  readonly madeBy: string;
  readonly madeAtMs: number;
  readonly installation: string;
  readonly number: number;
  readonly title: string;
  readonly python: string;
  readonly components: readonly { readonly id: string; readonly path: string; readonly tree: string }[];
  readonly packages: readonly { readonly name: string; readonly version: string; readonly isIncluded: boolean }[];
  readonly evidence: readonly { readonly row: number; readonly hash: string; readonly sentence: string }[];
  readonly nBrokenRows: number;
}

/** Renders `bundle show`. */
export function renderBundleShow(shown: Shown): readonly Line[] {
  const { packages, evidence, nBrokenRows } = shown;
  const nIncluded = packages.filter((one) => one.isIncluded).length;
  return [
    [strong(shown.title), ` · restore point ${shown.number} of ${shown.installation}`],
    [
      'signed by key ',
      strong(shown.key),
      shown.isOwnKey ? ' (this installation)' : dim('   (compare it with what `restore export` printed)'),
    ],
    `${roomText(shown.sizeBytes)}, every hash checked just now; made by orchestrate ${shown.madeBy}, ${timeText(shown.madeAtMs)}`,
    `for Python ${shown.python}; ${countText(packages.length, 'package')}, ${nIncluded} of them with their wheels`,
    ...shown.components.map(({ id, path, tree }) => `  ${id} in ${path}, tree ${shortId(tree)}`),
    dimLine('proven where it was made, and for nothing here:'),
    ...evidence.map(({ row, hash, sentence }) => dimLine(`  #${row} ${hash.slice(0, 12)} ${sentence}`)),
    ...(nBrokenRows === 0 ? [] : [[warn(`${countText(nBrokenRows, 'row')} of it are not whole`)]]),
    '',
    nextLine(`orchestrate run "adopt bundle ${shown.file}" --set key=${shown.key}`),
  ];
}

const dimLine = (text: string): Line => [dim(text)];
