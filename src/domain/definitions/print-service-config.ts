import { stringify } from 'yaml';

import { printRestart } from './restart-config.ts';
import type { InstallationConfig, ServiceProgram } from './types.ts';
import { durationText, sizeText } from './units.ts';

/**
 * Returns the text of `orchestrate.yaml` for the template `service`: what a person may want to change, with a word on each. All else has
 * its default; `parseConfig` reads it back to the same value where the rest of `config` is the default.
 */
export function printServiceConfig(config: InstallationConfig & { readonly program: ServiceProgram }): string {
  const { id, name, service, program, ports } = config;
  const parts: readonly (readonly [string | null, object])[] = [
    ['Names the state folder of this installation: never change it.', { id }],
    [null, { name }],
    ['What is looked after: the program of this repository.', { template: 'service' }],
    [
      'Production. mode: managed (orchestrate starts and stops it) or none (nobody here does).',
      {
        service: {
          mode: service.mode,
          port: service.port,
          'start-time': durationText(Math.round(service.startSeconds * 1000)),
          'watch-time': durationText(Math.round(service.watchSeconds * 1000)),
          ...printRestart(service.restart),
          ...(service.memoryMaxBytes === undefined ? {} : { 'memory-max': sizeText(service.memoryMaxBytes) }),
        },
      },
    ],
    [
      'Programs and arguments; no shell reads them. {port} stands for the port, which is in PORT, too.',
      {
        program: {
          start: program.start,
          ready: program.ready,
          setup: program.setup,
          checks: program.checks,
          'command-time': durationText(Math.round(program.commandSeconds * 1000)),
        },
      },
    ],
    ['Ports for instances under test.', { ports: { first: ports.first, last: ports.last } }],
    [
      'auto-merge: tiers (low, medium) that merge without a person when all rules agree.',
      { policy: { 'auto-merge': config.policy.autoMerge } },
    ],
  ];
  return parts
    .map(
      ([comment, fields]) =>
        `${comment === null ? '' : `# ${comment}\n`}${stringify(fields, { lineWidth: 0, aliasDuplicateObjects: false, flowCollectionPadding: false })}`,
    )
    .join('');
}
