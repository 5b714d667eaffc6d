import type { Address } from '../../domain/bus/address.ts';
import { mailboxesOf, type Recipients } from '../../domain/bus/route.ts';
import type { Ledger } from '../../ports/index.ts';

/** Returns the mailboxes that an address stands for by what is defined and on record now; see `mailboxesOf`. */
export const mailboxesNow = (
  { ledger, definitions, config }: Pick<Recipients, 'definitions' | 'config'> & { readonly ledger: Ledger },
  to: Address,
): readonly Address[] =>
  mailboxesOf(
    {
      definitions,
      config,
      isOpenRun: (run) => ledger.latest(`run:${run}`) !== undefined && ledger.latest(`close:${run}`) === undefined,
    },
    to,
  );
