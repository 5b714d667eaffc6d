/** Form of a package's name (PEP 508). */
export const packageNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Returns the one spelling of a package's name: lower case, runs of `-`, `_` and `.` become `-` (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
