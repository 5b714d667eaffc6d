import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Wheel } from './make-wheel.ts';

/**
 * Writes a package index for pip and uv into `into`: every wheel flat (for
 * `--find-links`) and a tree `simple/<name>/index.html` whose links go back to
 * them with their sha256 (for `--index-url`, PEP 503). Files of the same name
 * are replaced.
 */
export function writeIndex(into: string, wheels: readonly Wheel[]): void {
  mkdirSync(into, { recursive: true });
  for (const wheel of wheels) {
    writeFileSync(join(into, wheel.file), wheel.bytes);
  }
  const projects = Map.groupBy(wheels, (wheel) => wheel.name.toLowerCase().replaceAll(/[-_.]+/g, '-'));
  const names = [...projects.keys()].sort();
  writePage(
    join(into, 'simple'),
    'Simple index',
    names.map((name) => `<a href="${name}/">${name}</a>`),
  );
  for (const name of names) {
    const links = (projects.get(name) ?? []).map(
      (wheel) =>
        `<a href="../../${encodeURIComponent(wheel.file)}#sha256=${wheel.sha256}">${escapeHtml(wheel.file)}</a>`,
    );
    writePage(join(into, 'simple', name), `Links for ${name}`, links);
  }
}

function writePage(folder: string, title: string, lines: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const body = lines.map((line) => `${line}<br>\n`).join('');
  writeFileSync(
    join(folder, 'index.html'),
    `<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.0"><title>${title}</title></head><body>\n${body}</body></html>\n`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
