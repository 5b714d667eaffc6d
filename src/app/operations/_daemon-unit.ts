import { Fault } from '../../base/fault.ts';
import { launchdLabel, launchdPlist } from '../../domain/daemon/launchd-plist.ts';
import { systemdUnit, systemdUnitName } from '../../domain/daemon/systemd-unit.ts';
import { unfitTexts, type UnitFacts, unitMark } from '../../domain/daemon/unit.ts';
import type { App } from '../app.ts';

/** The file by which this machine would start `serve`, and what is at its place now. */
export interface DaemonUnit {
  readonly path: string;
  readonly text: string;
  /** `ours`: written for this installation, perhaps by an older version; `theirs`: anything else. */
  readonly found: 'nothing' | 'same' | 'ours' | 'theirs';
  /** Commands that have the machine take it, and let it go. */
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** Returns the unit of this installation on this machine. Writes nothing. Faults: `DAEMON_UNSUPPORTED`, `USAGE_BAD_ARGUMENT`. */
export async function daemonUnit(app: App): Promise<DaemonUnit> {
  const { config, paths } = await app.installation();
  const { files, host } = app.outside;
  const { id, name } = config;
  const facts: UnitFacts = {
    ...{ id, name, home: paths.home, command: app.ownCommand },
    env: {
      PATH: host.searchPath.join(':'),
      XDG_STATE_HOME: host.stateHome,
      XDG_CACHE_HOME: host.cacheHome,
      XDG_CONFIG_HOME: host.configHome,
    },
    logPath: `${host.stateHome}/orchestrate/logs/serve-${id}.log`,
  };
  const unfit = unfitTexts(facts);
  if (unfit.length > 0)
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `A file that starts \`serve\` cannot hold ${JSON.stringify(unfit[0])}: it has a control character.`,
      { state: 'Nothing was changed.' },
    );
  const made = host.platform === 'darwin' ? launchd(facts, host.homeDir) : systemd(facts, host);
  const info = await files.info(made.path);
  const text = info?.kind === 'file' ? await files.readText(made.path) : undefined;
  const isOurs = text?.includes(unitMark(facts)) === true;
  const found = info === undefined ? 'nothing' : !isOurs ? 'theirs' : text === made.text ? 'same' : 'ours';
  return { ...made, found };
}

type Made = Omit<DaemonUnit, 'found'>;

function systemd(facts: UnitFacts, { platform, configHome }: App['outside']['host']): Made {
  if (platform !== 'linux')
    throw new Fault('DAEMON_UNSUPPORTED', 'Only systemd and launchd are known here.', {
      hints: ['orchestrate serve'],
      state: 'Nothing was changed.',
    });
  const unit = systemdUnitName(facts);
  return {
    path: `${configHome}/systemd/user/${unit}`,
    text: systemdUnit(facts),
    enable: [
      'systemctl --user daemon-reload',
      `systemctl --user enable --now ${unit}`,
      'loginctl enable-linger   (so that it runs while you are not logged in)',
    ],
    disable: [`systemctl --user disable --now ${unit}`, 'systemctl --user daemon-reload'],
  };
}

function launchd(facts: UnitFacts, homeDir: string): Made {
  const path = `${homeDir}/Library/LaunchAgents/${launchdLabel(facts)}.plist`;
  return {
    path,
    text: launchdPlist(facts),
    enable: [`launchctl bootstrap gui/$(id -u) '${path.replaceAll("'", String.raw`'\''`)}'`],
    disable: [`launchctl bootout gui/$(id -u)/${launchdLabel(facts)}`],
  };
}

/** Refuses to touch a file that was not written for this installation. Fault: `DAEMON_FILE_TAKEN`. */
export function requireOurs({ path, found }: DaemonUnit): void {
  if (found !== 'theirs') return;
  throw new Fault(
    'DAEMON_FILE_TAKEN',
    `${path} was not written by \`orchestrate serve install\` for this installation.`,
    {
      hints: [`Move ${path} away, then try again.`],
      state: 'Nothing was changed.',
    },
  );
}
