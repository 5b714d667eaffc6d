import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { knownNames as namesOf } from '../../../../src/app/read-definitions.ts';
import type { Fault } from '../../../../src/base/fault.ts';
import { caretText } from '../../../../src/domain/definitions/caret.ts';
import { checkDefinitions } from '../../../../src/domain/definitions/definitions.ts';
import type { DefinitionSource } from '../../../../src/domain/definitions/types.ts';
import { broken } from './broken-files.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = fileURLToPath(new URL('broken/', import.meta.url));
const builtIn = globSync(['agents/*', 'trees/*', 'playbooks/*'], { cwd: root }).map((path): DefinitionSource => ({
  file: `built-in:${path}`,
  text: readFileSync(root + path, 'utf8'),
  origin: 'built-in',
}));
const known = { actions: namesOf('comfyui').actions };
const faultsWith = (...more: DefinitionSource[]): readonly Fault[] =>
  checkDefinitions([...builtIn, ...more], known).faults;
const sourceOf = (file: string, text = readFileSync(folder + file, 'utf8')): DefinitionSource => ({
  file,
  text,
  origin: 'installation',
});

const files = globSync('*/*', { cwd: folder }).sort();

describe('a broken file', () => {
  it('is in the table, one of at least sixty; without them nothing is wrong', () => {
    expect(files).toEqual(Object.keys(broken).sort());
    expect(files.length).toBeGreaterThanOrEqual(60);
    expect(faultsWith()).toEqual([]);
  });

  it.each(files)('%s is told with line, column and remedy', (file) => {
    const faults = faultsWith(sourceOf(file));
    const wanted = broken[file] ?? [];
    const told = faults.map(({ at, message, hints: [remedy = ''] }, index): readonly string[] => {
      const [, start = '', advice = ''] = wanted[index] ?? [];
      const beginning = (text: string, part: string): string => (text.startsWith(part) ? part : text);
      return [`${at?.line}:${at?.column}`, beginning(message, start), beginning(remedy, advice)];
    });
    expect(told).toEqual(wanted);
    for (const { at, hints } of faults) {
      expect(at?.file).toBe(file);
      expect(caretText(at ?? { file: '', line: 0, column: 0 })).toMatch(/\n {2}\d+ \| .*\n *\| *\t*\^$/s);
      expect(hints[0]).not.toMatch(/^orchestrate |^$/);
      expect(hints.at(-1)).toBe(`orchestrate ${file.split('/')[0]} check`);
    }
  });

  it('with marks of a merge says so, and not what YAML makes of them', () => {
    const marks = ['<', '=', '>'].map((mark) => mark.repeat(7));
    const text = `id: x\n${marks[0]} ours\ntitle: A\n${marks[1]}\ntitle: B\n${marks[2]} theirs\n`;
    const [fault, ...others] = faultsWith(sourceOf('trees/x.yaml', text));
    expect([fault?.message, fault?.at?.line, fault?.at?.column, others]).toEqual([
      'A merge of git left its marks here: two versions of the lines below.',
      2,
      1,
      [],
    ]);
  });

  it('does not make those wrong that name it', () => {
    const agent = sourceOf('agents/mine.md', '---\nname: mine\ntree: new\ntools: env.record\n---\nx\n');
    const tree = sourceOf('trees/new.yaml', 'id: new\n');
    expect(faultsWith(agent, tree).every(({ at }) => at?.file === 'trees/new.yaml')).toBe(true);
    expect(faultsWith(agent).map(({ message }) => message)).toEqual([
      'There is no tree new. Known: env-setup, models-integ, ops-maint.',
    ]);
  });

  it('of 50 MB or no plain file is told without being read', () => {
    const unread = { why: 'The file has 50000000 bytes.', remedy: 'Take out what is not a definition.' };
    const [fault] = faultsWith({ ...sourceOf('playbooks/big.yaml', ''), unread });
    expect(fault?.toRecord()).toMatchObject({
      code: 'DEFINITION_INVALID',
      message: unread.why,
      at: { file: 'playbooks/big.yaml', line: 1, column: 1 },
      hints: [unread.remedy, 'orchestrate playbooks check'],
    });
  });
});

describe('all files', () => {
  it('are told together, each thing once', () => {
    const faults = faultsWith(...files.map((file) => sourceOf(file)));
    const nToldAlone = Object.values(broken).flat().length;
    // Two ports and two scopes that are the same among them are told beside.
    const told = new Set(faults.map(({ at, message }) => `${at?.file}:${at?.line}:${at?.column} ${message}`));
    expect(told.size).toBe(faults.length);
    expect(faults.length).toBeGreaterThanOrEqual(nToldAlone);
    expect(new Set(faults.map(({ at }) => at?.file)).size).toBe(files.length);
  });
});
