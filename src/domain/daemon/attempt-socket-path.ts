/** Where a program inside a wall finds the socket of its attempt. */
export const socketInside = '/run/orchestrate.sock';

/** Returns where the socket of an attempt lies on the host: beside that of `serve`, by a name as short as a path of a socket has to be. */
export const attemptSocketPath = ({
  runtimeDir,
  state,
  mark,
  sha256,
}: {
  readonly runtimeDir: string | undefined;
  readonly state: string;
  readonly mark: string;
  readonly sha256: (text: string) => string;
}): string =>
  `${runtimeDir === undefined ? `${state}/run` : `${runtimeDir}/orchestrate`}/a-${sha256(mark).slice(0, 12)}.sock`;
