import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { diagnoseWrite } from '../../../src/app/operations/diagnose-write.ts';
import { findingPage } from '../../../src/app/views/finding-page.ts';
import { findSignature } from '../../../src/domain/diagnosis/catalogue.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { startEngine } from '../../fakes/fake-life.ts';
import { createWorld } from '../../fakes/fake-world.ts';

const found = (sentence: string, times: number) =>
  row(
    'diagnosis.found',
    {
      ...{ instance: 'i1', signature: 'S56', name: 'safetensors-truncated', severity: 'critical', culprit: 'model:a' },
      ...{ sentence, because: null, times, recurs: null, endByte: 1, endLine: 1 },
      evidence: [{ source: 'x', line: 7, text: 'incomplete metadata\u001B[2J # not a heading' }],
      hits: { scope: 'named', workflows: ['portrait'], nHit: 1, nDeclared: 3, models: ['a'], packs: [], unproven: [] },
    },
    { keys: ['signature:s56'] },
  );

async function asked(...rows: readonly ReturnType<typeof found>[]) {
  const world = await createWorld();
  const { ledger } = await startEngine(world);
  if (rows.length > 0) await ledger.append(rows);
  const requests: {
    kind: string;
    data: { goal: string; options: { playbook: string; inputs: { name: string; text: string } } };
  }[] = [];
  const app = {
    outside: world.context.outside,
    installation: async () => ({ ...world.context, ledger }),
    ask: async (kind: string, data: never) => {
      requests.push({ kind, data });
      throw new Error('asked');
    },
  } as unknown as App;
  const write = (signature: string) => diagnoseWrite.run(app, diagnoseWrite.input.parse({ signature }));
  return { requests, write };
}

describe('diagnose write', () => {
  it('asks for a run that writes what the journal says, all rows of the failure together', async () => {
    const { requests, write } = await asked(
      found('A model file is cut off: a.', 2),
      found('A model file is cut off: [b](x).', 3),
    );
    await expect(write('safetensors-truncated')).rejects.toThrow('asked');
    const [request] = requests;
    expect(request).toMatchObject({
      kind: 'run.start',
      data: {
        goal: 'write finding finding-s56',
        options: { playbook: 'write-finding', inputs: { name: 'finding-s56' } },
      },
    });
    const text = request?.data.options.inputs.text ?? '';
    expect(text).toContain('Seen 5 times, first ');
    expect(text).toContain('It hits 1 of 3 declared workflows: portrait.');
    expect(text).toContain(String.raw`\[b\](x)`);
    expect(text).not.toContain('\u001B');
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(4);
  });

  it('refuses what nobody saw and what nobody knows, and asks for nothing', async () => {
    const { requests, write } = await asked(found('x', 1));
    await expect(write('S08')).rejects.toMatchObject({ code: 'FINDING_NOT_FOUND', state: 'Nothing was changed.' });
    await expect(write('S99')).rejects.toMatchObject({ code: 'SIGNATURE_NOT_FOUND' });
    expect(requests).toEqual([]);
  });

  it('is a page of bounded length, however often it was seen', () => {
    const signature = findSignature('S56');
    if (signature === undefined) throw new Error('no S56');
    const data = found('x', 1).data as never;
    const rows = Array.from({ length: 5_000 }, (_, seq) => ({ seq, atMs: seq, data }));
    expect(findingPage(signature, rows).length).toBeLessThan(10_000);
  });
});
