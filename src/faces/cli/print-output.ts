import { jsonText } from './display-text.ts';
import { printLines } from './line.ts';
import { renderOutput } from './render/renderers.ts';
import { statusText } from './status-text.ts';
import type { Sink } from './streams.ts';

/** Prints the answer of an operation: as JSON, or as people read it. */
export async function printOutput(key: string, output: unknown, sink: Sink, options: { json: boolean }): Promise<void> {
  if (options.json) sink.write(jsonText(output));
  // A script is for a shell: made of names of ours, printed as it is.
  else if (key === 'completion') sink.write((output as { script: string }).script);
  else if (key === 'version') sink.write(`${(output as { version: string }).version}\n`);
  else if (key === 'status') sink.write(statusText(output as Parameters<typeof statusText>[0]));
  else printLines(sink, await renderOutput(key, output));
}
