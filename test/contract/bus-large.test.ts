import { it } from 'vitest';

import { expectLargeMailbox } from './support/large-mailbox.ts';

it('pages, counts, hands out and refuses in a mailbox of 50,000 as in a small one', async () => {
  await expectLargeMailbox(50_000);
});
