import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a folder with everything in it, read-only folders (sealed environments) included. */
export function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  makeWritable(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (item.isDirectory()) makeWritable(join(folder, item.name));
  }
}
