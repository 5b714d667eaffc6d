import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { knownNames } from '../../src/app/read-definitions.ts';
import { assembleDefinitions } from '../../src/domain/definitions/definitions.ts';
import type { Definitions } from '../../src/domain/definitions/types.ts';

/** Returns the agents, trees and playbooks that are shipped. */
export function builtInDefinitions(): Definitions {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = globSync('{agents/*.md,trees/*.yaml,playbooks/*.yaml}', { cwd: root })
    .filter((file) => !file.endsWith('README.md') && !file.endsWith('.test.yaml'))
    .sort()
    .map((file) => ({ file, text: readFileSync(`${root}${file}`, 'utf8'), origin: 'built-in' as const }));
  return assembleDefinitions(sources, { actions: knownNames('comfyui').actions });
}
