import { describe, expect, it } from 'vitest';

import type { ActionContext, ServiceLog } from '../../../src/actions/_context.ts';
import { serviceReadLog } from '../../../src/actions/service-read-log.ts';

const slot = { name: 'ops-maint', dir: '/x', port: 8190, homePort: 8190 };
const log: ServiceLog = { instance: 'i3', source: 'file', text: '', isCut: false };

async function read(given: Partial<ServiceLog>, input: object = {}) {
  const asked: unknown[] = [];
  const context = {
    serviceLog: async (options: unknown) => {
      asked.push(options);
      return { ...log, ...given };
    },
  } as unknown as ActionContext;
  const output = serviceReadLog.output.parse(
    await serviceReadLog.run(context, serviceReadLog.input.parse({ ...input })),
  );
  return { output, asked, sentence: serviceReadLog.describe(output, { slot, productionPort: 8188 }) };
}

describe('service.read-log', () => {
  it('reports the errors with their lines, in one sentence', async () => {
    const { output, asked, sentence } = await read({
      text: 'INFO: up\nERROR: no room\nERROR: no room\nWARNING: w\nKilled\n',
    });
    expect(asked).toEqual([{ instance: null, maxBytes: 1024 * 1024 }]);
    expect(output).toMatchObject({
      ...{ instance: 'i3', source: 'file', nLines: 5, isCut: false },
      levels: { error: 3, warning: 1, info: 1, debug: 0, other: 0 },
    });
    expect(sentence).toBe(
      'i3: 5 lines, 3 of errors, 1 of warnings; line 2, 2 times until line 3: ERROR: no room; line 5: Killed',
    );
  });

  it('reads the newest lines only, and says so', async () => {
    const { output, sentence } = await read(
      { text: 'ERROR: old\nERROR: new one\nx\n' },
      { lines: '2', instance: 'i7' },
    );
    expect(output).toMatchObject({ nLines: 2, isCut: true, errors: [{ line: 1, text: 'ERROR: new one' }] });
    expect(sentence).toContain('the last 2 lines, 1 of errors');
    expect((await read({ text: 'x\n', isCut: true })).output).toMatchObject({ nLines: 1, isCut: true });
  });

  it('says when nobody here has a log', async () => {
    const { output, sentence } = await read({ instance: null, source: 'none' });
    expect(output).toMatchObject({ nLines: 0, errors: [] });
    expect(sentence).toBe('nobody here has a log of the service');
  });

  it.each([{ instance: '../x' }, { lines: 0 }, { lines: 1e9 }])('takes no %j', (input) => {
    expect(serviceReadLog.input.safeParse(input).success).toBe(false);
  });
});
