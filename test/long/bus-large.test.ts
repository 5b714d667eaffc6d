import { it } from 'vitest';

import { expectLargeMailbox } from '../contract/support/large-mailbox.ts';

it('pages, counts, hands out and refuses in a mailbox of 1,000,000 as in a small one', async () => {
  await expectLargeMailbox(1_000_000);
}, 600_000);
