const failedPattern = /\(IMPORT FAILED\):\s*(.+?)\s*$/;

/** Returns the folders that ComfyUI's import table marks as failed, by their last name, sorted. */
export function failedPacks(log: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const line of log) {
    const path = failedPattern.exec(line)?.[1];
    if (path) names.add(path.split(/[\\/]/).at(-1) ?? path);
  }
  return [...names].sort();
}
