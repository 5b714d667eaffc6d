import { expect, it } from 'vitest';

import { slowInLargeMailbox } from './support/large-mailbox.ts';

it('pages, counts, hands out and refuses in a mailbox of 50,000 as in a small one', async () => {
  expect(await slowInLargeMailbox(50_000)).toEqual([]);
});
