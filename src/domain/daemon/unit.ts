/** What a machine needs to start `orchestrate serve` by itself. All paths are absolute. */
export interface UnitFacts {
  /** Of the installation. */
  readonly id: string;
  readonly name: string;
  readonly home: string;
  /** How this program is started: its interpreter, the options of that, its entry. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where launchd writes what is told; systemd keeps it in its journal. */
  readonly logPath: string;
}

/** Whole seconds that the machine waits before it kills: longer than `serve` takes to drain. */
export const stopSeconds = 90;

/** Begins the line that says whose file it is: only files that have it are replaced or removed. */
export const unitMark = ({ id }: Pick<UnitFacts, 'id'>): string => `Written by orchestrate serve install, ${id}.`;

/** Returns what follows the program: `serve` of this home, wherever it is started. */
export const serveArguments = ({ command, home }: UnitFacts): readonly string[] => [
  ...command.slice(1),
  'serve',
  '--home',
  home,
];

/** Returns the texts that no file of this kind can hold: those with a control character. */
export const unfitTexts = ({ name, home, command, env, logPath }: UnitFacts): readonly string[] =>
  [name, home, logPath, ...command, ...Object.values(env)].filter((text) => /\p{Cc}/u.test(text));
