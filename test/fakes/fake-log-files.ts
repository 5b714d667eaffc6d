import { Fault } from '../../src/base/fault.ts';
import type { LogFiles } from '../../src/ports/index.ts';
import type { FakeFiles } from './fake-files.ts';

/** Logs that are plain texts of the fake files. */
export function createFakeLogFiles(files: FakeFiles): LogFiles {
  return {
    async *read(path, { fromByte = 0 } = {}) {
      const text = await files.readText(path);
      if (text === undefined) throw new Fault('USAGE_BAD_ARGUMENT', `There is no ${path}.`);
      const bytes = Buffer.from(text);
      const rest = bytes.subarray(fromByte).toString();
      const lines = rest.split('\n').slice(0, rest.endsWith('\n') ? -1 : undefined);
      if (rest !== '')
        yield {
          lines: lines.flatMap((line, n) => (line === '' ? [] : [{ line: n + 1, text: line, isCut: false }])),
          endByte: bytes.length,
          endLine: rest.split('\n').length - 1,
          noTextShare: (rest.match(/[\0\uFFFD]/g)?.length ?? 0) / rest.length,
        };
    },
  };
}
