import * as fs from 'node:fs';
import * as path from 'node:path';

import { Folder } from './folder.ts';
import type { HomePlace } from './home-place.ts';
import { readPlainText } from './plain-file.ts';

const begin = '# orchestrate: begin (taken away by orchestrate eject)';
const end = '# orchestrate: end';

/** Writes our block of `.git/info/exclude`, or takes it away; everything else of the file stays byte for byte. */
export function writeExclude(home: HomePlace, lines: readonly string[] | null): void {
  const file = path.join(home.gitDir, 'info/exclude');
  const there = readPlainText(file);
  const rest = withoutBlock(there ?? '');
  const ours = lines === null ? '' : `${[begin, ...lines, end].join('\n')}\n`;
  const wanted = ours === '' ? rest : `${rest}${rest === '' || rest.endsWith('\n') ? '' : '\n'}${ours}`;
  if (wanted === (there ?? '')) return;
  const gitDir = Folder.open(home.gitDir);
  try {
    const info = gitDir.ensureFolder('info');
    try {
      const temporary = 'exclude.orchestrate-new';
      fs.rmSync(info.at(temporary), { force: true });
      fs.writeFileSync(info.at(temporary), wanted, { flag: 'wx', mode: 0o644, flush: true });
      fs.renameSync(info.at(temporary), info.at('exclude'));
      info.sync();
    } finally {
      info.close();
    }
  } finally {
    gitDir.close();
  }
}

function withoutBlock(text: string): string {
  const from = text.indexOf(`${begin}\n`);
  const to = text.indexOf(`${end}\n`, from);
  return from === -1 || to === -1 ? text : text.slice(0, from) + text.slice(to + end.length + 1);
}
