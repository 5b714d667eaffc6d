import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { launchdPlist } from '../../../../src/domain/daemon/launchd-plist.ts';
import { systemdUnit, systemdUnitName } from '../../../../src/domain/daemon/systemd-unit.ts';
import { unfitTexts, type UnitFacts } from '../../../../src/domain/daemon/unit.ts';

const facts: UnitFacts = {
  id: '4f9c21ab',
  name: "Anna's 100 % pictures",
  home: '/home/anna/my "best" $HOME \\ 50%',
  command: ['/usr/bin/env', '--', '/opt/a b/orchestrate.cjs'],
  env: { PATH: '/usr/bin:/home/anna/a b/bin', XDG_STATE_HOME: '/home/anna/.local/state' },
  logPath: '/home/anna/.local/state/orchestrate/logs/serve-4f9c21ab.log',
};

/** What systemd says about a unit; nothing where it takes it. */
function verify(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'orc-unit-'));
  const file = join(dir, systemdUnitName(facts));
  writeFileSync(file, text);
  try {
    execFileSync('/usr/bin/systemd-analyze', ['--user', 'verify', '--recursive-errors=no', file], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: dir, XDG_RUNTIME_DIR: dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return '';
  } catch (error) {
    return (error as { stderr: string }).stderr;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe('the systemd unit', () => {
  it('quotes what has blanks, quotes, dollars, percents and backslashes', () => {
    expect(systemdUnit(facts)).toMatchInlineSnapshot(`
      "# Written by orchestrate serve install, 4f9c21ab.
      [Unit]
      Description=orchestrate serve (Anna's 100 %% pictures)
      StartLimitIntervalSec=300
      StartLimitBurst=10

      [Service]
      Type=exec
      ExecStart="/usr/bin/env" "--" "/opt/a b/orchestrate.cjs" "serve" "--home" "/home/anna/my \\"best\\" $$HOME \\\\ 50%%"
      Environment="PATH=/usr/bin:/home/anna/a b/bin"
      Environment="XDG_STATE_HOME=/home/anna/.local/state"
      Restart=on-failure
      RestartSec=2
      KillMode=process
      TimeoutStopSec=90
      OOMPolicy=continue
      Delegate=memory
      NoNewPrivileges=yes

      [Install]
      WantedBy=default.target
      "
    `);
  });

  it.runIf(existsSync('/usr/bin/systemd-analyze'))('is one by what systemd says; one that is broken is not', () => {
    expect(verify(systemdUnit(facts))).toBe('');
    expect(verify(systemdUnit({ ...facts, command: ['/no/such program'] }))).toContain('/no/such program');
  });
});

describe('the launchd agent', () => {
  it('escapes what XML means', () => {
    expect(launchdPlist({ ...facts, home: '/Users/anna/a <b> & "c"' })).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <!-- Written by orchestrate serve install, 4f9c21ab. -->
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      <dict>
        <key>Label</key>
        <string>orchestrate.4f9c21ab</string>
        <key>ProgramArguments</key>
        <array>
          <string>/usr/bin/env</string>
          <string>--</string>
          <string>/opt/a b/orchestrate.cjs</string>
          <string>serve</string>
          <string>--home</string>
          <string>/Users/anna/a &lt;b&gt; &amp; "c"</string>
        </array>
        <key>EnvironmentVariables</key>
        <dict>
          <key>PATH</key>
          <string>/usr/bin:/home/anna/a b/bin</string>
          <key>XDG_STATE_HOME</key>
          <string>/home/anna/.local/state</string>
        </dict>
        <key>RunAtLoad</key>
        <true/>
        <key>KeepAlive</key>
        <dict>
          <key>SuccessfulExit</key>
          <false/>
        </dict>
        <key>ExitTimeOut</key>
        <integer>90</integer>
        <key>AbandonProcessGroup</key>
        <true/>
        <key>StandardOutPath</key>
        <string>/home/anna/.local/state/orchestrate/logs/serve-4f9c21ab.log</string>
        <key>StandardErrorPath</key>
        <string>/home/anna/.local/state/orchestrate/logs/serve-4f9c21ab.log</string>
      </dict>
      </plist>
      "
    `);
  });
});

it('no file of this kind holds a control character', () => {
  expect(unfitTexts(facts)).toEqual([]);
  expect(unfitTexts({ ...facts, home: '/home/a\nExecStart=/bin/evil' })).toEqual(['/home/a\nExecStart=/bin/evil']);
});
