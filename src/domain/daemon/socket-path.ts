/** Longest path of a socket in bytes that Linux (107) and macOS (103) both take. */
export const maxSocketBytes = 103;

/** Returns where `serve` of an installation listens: in the person's folder for what lives as long as their session, else beside the record. */
export const socketPath = ({
  runtimeDir,
  state,
  id,
}: {
  readonly runtimeDir: string | undefined;
  readonly state: string;
  readonly id: string;
}): string => (runtimeDir === undefined ? `${state}/run/serve.sock` : `${runtimeDir}/orchestrate/${id}.sock`);
