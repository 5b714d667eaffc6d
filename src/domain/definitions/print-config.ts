import { stringify } from 'yaml';

import { printAlerts } from './alerts-config.ts';
import { printRestart } from './restart-config.ts';
import type { InstallationConfig } from './types.ts';
import { durationText, sizeText } from './units.ts';

/** Returns the text of `orchestrate.yaml`, every field written out; `parseConfig` reads it back to the same value. */
export function printConfig(config: InstallationConfig): string {
  const { id, name, service, ports, python, policy, merge, supervisor, bus, queue, memory, monitoring, logs, adopted } =
    config;
  const alerts = printAlerts(config.alerts);
  const parts = [
    { comment: 'Names the state folder of this installation: never change it.', fields: { id } },
    { comment: undefined, fields: { name } },
    {
      comment: 'How production is started. mode: managed, command (by the two commands) or none.',
      fields: {
        service: {
          mode: service.mode,
          port: service.port,
          args: service.args,
          'start-command': service.startCommand,
          'stop-command': service.stopCommand,
          'start-time': durationText(Math.round(service.startSeconds * 1000)),
          'finish-time': durationText(Math.round(service.finishSeconds * 1000)),
          'watch-time': durationText(Math.round(service.watchSeconds * 1000)),
          ...printRestart(service.restart),
          ...(service.swarmUrl === undefined ? {} : { swarmui: service.swarmUrl }),
          ...(service.memoryMaxBytes === undefined ? {} : { 'memory-max': sizeText(service.memoryMaxBytes) }),
          'user-folder': service.userDir,
          'input-folder': service.inputDir,
          'output-folder': service.outputDir,
        },
      },
    },
    { comment: 'Ports for instances under test.', fields: { ports: { first: ports.first, last: ports.last } } },
    {
      comment: 'index: an https:// address, or an absolute folder of wheels.',
      fields: {
        python: {
          program: python.program,
          index: addressOf(python.index),
          'torch-index': python.torchIndex === null ? null : addressOf(python.torchIndex),
          resolver: python.resolver,
          modules: python.modules,
        },
      },
    },
    {
      comment: 'auto-merge: tiers (low, medium) that merge without a person when all rules agree.',
      fields: {
        policy: {
          'max-download': sizeText(policy.maxDownloadBytes),
          'auto-merge': policy.autoMerge,
          'max-slowdown': policy.maxSlowdown,
          'min-age': durationText(Math.round(policy.minAgeSeconds * 1000)),
          'borrow-vram': policy.borrowVram,
          'one-generator': policy.oneGenerator,
          keep: {
            last: policy.keep.last,
            'younger-than': durationText(Math.round(policy.keep.youngerThanSeconds * 1000)),
          },
        },
      },
    },
    {
      comment: 'Where merges go beside this branch. mode: local, push or pull-request; the last two need a remote.',
      fields: {
        merge: { mode: merge.mode, remote: merge.remote, branch: merge.branch, 'push-tags': merge.pushTags },
      },
    },
    {
      comment: undefined,
      fields: { supervisor: { 'idle-time': durationText(Math.round(supervisor.idleSeconds * 1000)) } },
    },
    {
      comment:
        'Messages. mailbox: so many that nobody is done with; attempts: tries before one is dead; keep: those that are over.',
      fields: {
        bus: {
          mailbox: bus.mailbox,
          attempts: bus.attempts,
          keep: durationText(Math.round(bus.keepSeconds * 1000)),
          groups: bus.groups,
        },
      },
    },
    {
      comment: 'ahead: changes that are proven before it is their turn, where the machine has room; 0: none.',
      fields: { queue },
    },
    ...(alerts === undefined ? [] : [{ comment: 'Who is told of alerts.', fields: { alerts } }]),
    {
      comment: 'What a task is given of memory at most.',
      fields: { memory: { budget: sizeText(memory.budgetBytes) } },
    },
    {
      comment: 'What is measured while a supervisor runs, and from where on it is told.',
      fields: {
        monitoring: {
          interval: durationText(monitoring.intervalMs),
          'disk-warning': sizeText(monitoring.diskWarningBytes),
          'disk-critical': sizeText(monitoring.diskCriticalBytes),
          'memory-warning': monitoring.memoryWarning,
          patience: monitoring.patience,
        },
      },
    },
    {
      comment: 'Logs of services. A larger one is put away; of those the first and the newest are kept.',
      fields: { logs: { size: sizeText(logs.sizeBytes), keep: logs.keep } },
    },
    {
      comment: 'What was adopted, and lies where it was: looked at for changes that come from outside.',
      fields: { adopted },
    },
  ];
  return parts
    .map(
      ({ comment, fields }) =>
        `${comment === undefined ? '' : `# ${comment}\n`}${stringify(fields, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join('');
}

const addressOf = (index: InstallationConfig['python']['index']): string =>
  index.kind === 'url' ? index.url : index.path;
