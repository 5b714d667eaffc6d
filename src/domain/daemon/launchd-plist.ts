import { serveArguments, stopSeconds, type UnitFacts, unitMark } from './unit.ts';

export const launchdLabel = ({ id }: Pick<UnitFacts, 'id'>): string => `orchestrate.${id}`;

/**
 * Returns a launchd agent (launchd.plist(5)): started at login, again after a failure, and its end is not that of production, which is in
 * its process group.
 */
export function launchdPlist(facts: UnitFacts): string {
  const [program = ''] = facts.command;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- ${unitMark(facts)} -->`,
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    ...pair('Label', string(launchdLabel(facts))),
    ...pair(
      'ProgramArguments',
      '<array>',
      ...[program, ...serveArguments(facts)].map((word) => `  ${string(word)}`),
      '</array>',
    ),
    ...pair(
      'EnvironmentVariables',
      '<dict>',
      ...Object.entries(facts.env).flatMap(([name, value]) => [`  <key>${escaped(name)}</key>`, `  ${string(value)}`]),
      '</dict>',
    ),
    ...pair('RunAtLoad', '<true/>'),
    ...pair('KeepAlive', '<dict>', '  <key>SuccessfulExit</key>', '  <false/>', '</dict>'),
    ...pair('ExitTimeOut', `<integer>${stopSeconds}</integer>`),
    ...pair('AbandonProcessGroup', '<true/>'),
    ...pair('StandardOutPath', string(facts.logPath)),
    ...pair('StandardErrorPath', string(facts.logPath)),
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

const pair = (key: string, ...value: readonly string[]): readonly string[] =>
  [`<key>${key}</key>`, ...value].map((line) => `  ${line}`);

const string = (text: string): string => `<string>${escaped(text)}</string>`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
