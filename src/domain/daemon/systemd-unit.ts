import { serveArguments, stopSeconds, type UnitFacts, unitMark } from './unit.ts';

export const systemdUnitName = ({ id }: Pick<UnitFacts, 'id'>): string => `orchestrate-${id}.service`;

/**
 * Returns a systemd user unit (systemd.service(5), systemd.syntax(7)). Only `serve` itself is stopped with it: production is in its group
 * and goes on, as it does without a supervisor. For the same reason the unit does not end with whatever memory ran out for. The memory
 * controller is handed on for the groups of `service.memory-max`.
 */
export function systemdUnit(facts: UnitFacts): string {
  const [program = ''] = facts.command;
  return [
    `# ${unitMark(facts)}`,
    '[Unit]',
    `Description=orchestrate serve (${withoutSpecifiers(facts.name)})`,
    'StartLimitIntervalSec=300',
    'StartLimitBurst=10',
    '',
    '[Service]',
    'Type=exec',
    // The program itself is not looked through for variables: a `$` in it stays as it is.
    `ExecStart=${[quoted(program), ...serveArguments(facts).map((word) => quoted(word).replaceAll('$', '$$$$'))].join(' ')}`,
    ...Object.entries(facts.env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    'Restart=on-failure',
    'RestartSec=2',
    'KillMode=process',
    `TimeoutStopSec=${stopSeconds}`,
    'OOMPolicy=continue',
    'Delegate=memory',
    'NoNewPrivileges=yes',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

const quoted = (word: string): string => `"${withoutSpecifiers(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const withoutSpecifiers = (text: string): string => text.replaceAll('%', '%%');
