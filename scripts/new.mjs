// `npm run new <kind> <id>`: writes the file of a new agent, tree, playbook, action or operation, and its test.
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { newAgent, newPlaybook, newTree } from '../src/domain/definitions/new-definition.ts';
import { generate } from './generate.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// At least two and at most 40 characters: also what the definitions accept as an id.
const ID = /^[a-z][a-z0-9-]{1,39}$/;

const schemaOf = (kind) => `../docs/schema/${kind}.schema.json`;

const KINDS = {
  agent: {
    file: (id) => `agents/${id}.md`,
    render: ({ id, title }) =>
      newAgent({
        id,
        title,
        tree: 'env-setup',
        description: `Say here when ${title} is asked.`,
        tools: ['env.record'],
      }),
    test: ({ id }) => definitionTest('agent', `agents/${id}.md`, id),
  },
  tree: {
    file: (id) => `trees/${id}.yaml`,
    render: ({ id, title }) =>
      newTree({ id, title, schema: schemaOf('tree'), homePort: 8191, reviewers: ['ops-maint'] }),
    test: ({ id }) => definitionTest('tree', `trees/${id}.yaml`, id),
  },
  playbook: {
    file: (id) => `playbooks/${id}.yaml`,
    render: ({ id, title }) =>
      newPlaybook({
        id,
        title,
        tree: 'env-setup',
        schema: schemaOf('playbook'),
        step: { agent: 'environment-specialist', action: 'env.record', plan: 'env.choose' },
      }),
    test: ({ id }) => definitionTest('playbook', `playbooks/${id}.yaml`, id),
  },
  action: {
    file: (id) => `src/actions/${id}.ts`,
    render: ({ id, name }) => `import * as z from 'zod';

import { defineAction } from './_context.ts';

/** What it does, as a sentence in the third person. */
export const ${name} = defineAction({
  id: '${id.replace('-', '.')}',
  summary: 'What it does, in one line.',
  effect: 'read',
  input: z.object({}),
  output: z.object({}),
  async run(_context, _input) {
    return {};
  },
  describe: () => 'what was observed, in one sentence',
});
`,
    test: ({ id, name }) => `import { describe, expect, it } from 'vitest';

import { ${name} } from '../../../src/actions/${id}.ts';

describe('${id.replace('-', '.')}', () => {
  it('accepts its empty input', () => {
    expect(${name}.input.parse({})).toEqual({});
  });

  it('has a sentence for what it observed', () => {
    const slot = { name: 'env-setup', dir: '/trees/env-setup', port: 8191, homePort: 8188 };
    expect(${name}.describe({}, { slot, productionPort: 8188 })).not.toBe('');
  });
});
`,
    testFile: (id) => `test/unit/actions/${id}.test.ts`,
    isIndexed: true,
  },
  operation: {
    file: (id) => `src/app/operations/${id}.ts`,
    render: ({ name, words }) => `import * as z from 'zod';

import { defineOperation } from '../operation.ts';

/** What it answers or does, as a sentence in the third person. */
export const ${name} = defineOperation({
  name: '${words}',
  summary: 'What it does, in one line.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({}),
  examples: [{ command: 'orchestrate ${words}', explains: 'what this shows' }],
  async run(_app, _input) {
    return {};
  },
});
`,
    test: ({ id, name, words }) => `import { describe, expect, it } from 'vitest';

import { ${name} } from '../../../../src/app/operations/${id}.ts';

describe('${words}', () => {
  it('is called by its words', () => {
    expect(${name}.name).toBe('${words}');
  });

  it('shows how it is called', () => {
    expect(${name}.examples[0]?.command).toBe('orchestrate ${words}');
  });
});
`,
    testFile: (id) => `test/unit/app/operations/${id}.test.ts`,
    isIndexed: true,
  },
};

process.exitCode = await main(process.argv.slice(2));

async function main([kindName, id, ...rest]) {
  const kind = KINDS[kindName];
  if (kind === undefined || id === undefined || rest.length > 0) {
    return refuse(`npm run new <kind> <id>, where the kind is one of ${Object.keys(KINDS).join(', ')}`);
  }
  if (!ID.test(id)) {
    return refuse(
      `"${id}" is not an id: 2 to 40 of a-z, 0-9 and "-", beginning with a letter, for example review-list`,
    );
  }
  const file = kind.file(id);
  const testFile = kind.testFile?.(id) ?? `test/unit/definitions/${kindName}s/${id}.test.ts`;
  for (const existing of [file, testFile].filter((one) => fs.existsSync(path.join(ROOT, one)))) {
    return refuse(`${existing} is already there; nothing was written`);
  }
  const words = id.replaceAll('-', ' ');
  const title = words[0].toUpperCase() + words.slice(1);
  const name = id.replace(/-+([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  write(file, kind.render({ id, name, title, words }));
  write(testFile, kind.test({ id, name, title, words }));
  const indexes = kind.isIndexed ? await generate() : [];
  for (const one of [file, testFile, ...indexes]) console.log(`wrote ${one}`);
  console.log(`Next: fill in ${file}, then npm test -- ${testFile}`);
  return 0;
}

function write(file, text) {
  fs.mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
  fs.writeFileSync(path.join(ROOT, file), text, { flag: 'wx' });
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  return 2;
}

function definitionTest(kind, file, id) {
  const Kind = kind[0].toUpperCase() + kind.slice(1);
  return `import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parse${Kind} } from '../../../../src/domain/definitions/${kind}.ts';

describe('the ${kind} ${id}', () => {
  it('is well-formed and named like its file', () => {
    const text = readFileSync(new URL('../../../../${file}', import.meta.url), 'utf8');
    const ${kind} = parse${Kind}({ file: '${file}', text, origin: 'built-in' });
    expect(${kind}.id).toBe('${id}');
  });
});
`;
}
