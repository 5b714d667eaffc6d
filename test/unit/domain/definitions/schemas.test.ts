import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { printConfig } from '../../../../src/domain/definitions/print-config.ts';
import { jsonSchemaOf, schemaKinds, type SchemaKind } from '../../../../src/domain/definitions/schemas.ts';
import { goodFiles } from './good-files.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const publishedOf = (kind: SchemaKind): string => readFileSync(`${root}docs/schema/${kind}.schema.json`, 'utf8');
/** What an editor does: the published file alone, without our code. */
const accepts = (kind: SchemaKind, value: unknown): boolean =>
  z.fromJSONSchema(JSON.parse(publishedOf(kind))).safeParse(value).success;
const frontMatter = (text: string): unknown => parse(text.split('---\n')[1] ?? '');

describe('the published schemas', () => {
  it.each(schemaKinds)('of %s are those of the code', (kind) => {
    expect(JSON.parse(publishedOf(kind))).toEqual(jsonSchemaOf(kind));
  });

  it.each([
    ['agent', 'agents/*-*.md'],
    ['tree', 'trees/*.yaml'],
    ['playbook', 'playbooks/*-*.yaml'],
  ] as const)('accept every built-in %s', (kind, pattern) => {
    const files = globSync(pattern, { cwd: root }).filter((file) => !file.endsWith('.test.yaml'));
    expect(files.length).toBeGreaterThan(2);
    const refused = files.filter((file) => {
      const text = readFileSync(root + file, 'utf8');
      return !accepts(kind, kind === 'agent' ? frontMatter(text) : parse(text));
    });
    expect(refused).toEqual([]);
  });

  it('accept a configuration with every field written out', () => {
    const config = parseConfig({
      file: 'orchestrate.yaml',
      text: goodFiles['orchestrate.yaml'],
      origin: 'installation',
    });
    expect(accepts('config', parse(printConfig(config)))).toBe(true);
  });

  it.each([
    ['tree', { ...parse(goodFiles['trees/env-setup.yaml']), titel: 'x' }],
    ['tree', { ...parse(goodFiles['trees/env-setup.yaml']), 'home-port': 80 }],
    ['playbook', { ...parse(goodFiles['playbooks/upgrade-package.yaml']), steps: [] }],
    ['agent', { name: 'Not An Id' }],
    ['config', { id: 'x' }],
  ] as const)('refuse a wrong %s', (kind, value) => {
    expect(accepts(kind, value)).toBe(false);
  });

  it.each(schemaKinds)('of %s give no default that nobody would write', (kind) => {
    const text = publishedOf(kind);
    const wrong: unknown[] = [];
    JSON.parse(text, (_, value: Readonly<Record<string, unknown>> | null) => {
      if (value?.['type'] === 'string' && 'default' in value && typeof value['default'] !== 'string') wrong.push(value);
      return value;
    });
    expect(wrong).toEqual([]);
    expect(text).toContain('"description":');
    expect(text).not.toContain('synonyms');
  });
});
