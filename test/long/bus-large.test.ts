import { expect, it } from 'vitest';

import { slowInLargeMailbox } from '../contract/support/large-mailbox.ts';

it('pages, counts, hands out and refuses in a mailbox of 1,000,000 as in a small one', async () => {
  expect(await slowInLargeMailbox(1_000_000)).toEqual([]);
}, 600_000);
