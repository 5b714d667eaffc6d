import { describe, expect, it } from 'vitest';

import { noUsage } from '../../src/domain/spending/cost.ts';
import type { Transcripts } from '../../src/ports/index.ts';

export const secret = 'sesame-open-8841';

/** What all transcripts do, whatever they are made of; `make` knows the secret above. */
export function describeTranscripts(name: string, make: () => Promise<Transcripts>): void {
  const call = { id: 't1', name: 'shell', arguments: `{"argv":["curl","-H","X: ${secret}"]}` };

  describe(`transcripts: ${name}`, () => {
    it('give back what was said, in order, with who answered', async () => {
      const transcripts = await make();
      const by = { provider: 'anthropic', model: 'm', usage: noUsage, costMicroUsd: 12, stop: 'tools' } as const;
      await transcripts.append('r1.fix', { role: 'user', text: 'Do it.' });
      await transcripts.append('r1.fix', { role: 'model', text: '', calls: [{ ...call, arguments: '{}' }] }, by);
      expect((await transcripts.read('r1.fix')).map(({ message, by: who }) => [message.role, who])).toEqual([
        ['user', undefined],
        ['model', by],
      ]);
    });

    it('are empty where nothing was said', async () => {
      expect(await (await make()).read('r9.x')).toEqual([]);
    });

    it('are found by the run that they belong to', async () => {
      const transcripts = await make();
      for (const one of ['r1.fix', 'plan:r1', 'r12.fix', 'review:c1:ops-maint'])
        await transcripts.append(one, { role: 'note', text: 'x' });
      expect(await transcripts.list('r1')).toEqual(['plan:r1', 'r1.fix']);
    });

    it('hold no secret: in texts, arguments, results, and what a provider wants back', async () => {
      const transcripts = await make();
      const opaque = { thinking: `I know ${secret}` };
      await transcripts.append('r1.fix', { role: 'user', text: `The word is ${secret}.` });
      await transcripts.append('r1.fix', { role: 'model', text: secret, calls: [call], opaque });
      await transcripts.append('r1.fix', {
        role: 'tools',
        results: [{ id: 't1', isError: false, text: `A=${secret}` }],
      });
      await transcripts.append('r1.fix', { role: 'note', text: 'the key is sk-ant-abcdefghijklmnopqrstuvwx' });
      const read = JSON.stringify(await transcripts.read('r1.fix'));
      expect(read).not.toMatch(/sesame|abcdefgh/);
    });
  });
}
