import { z } from 'zod';

import { priced } from '../providers/priced.ts';
import type { TokenPrices } from '../providers/provider.ts';

/** USD per million tokens, down to a micro-USD. */
const priceField = z
  .number()
  .min(0)
  .max(100_000)
  .refine((usd) => Math.abs(usd * 1_000_000 - Math.round(usd * 1_000_000)) < 1e-3, 'has more than six decimals')
  .meta({ examples: [0.6], description: 'USD per million tokens.' });

const fields = {
  input: priceField,
  output: priceField,
  'cache-read': priceField.optional(),
  'cache-write': priceField.optional(),
  'cache-write-1h': priceField.optional(),
};

/** Prices of a model. Without a price of its own, what the cache holds costs as other input does. */
export const pricesSchema = z.strictObject({
  ...fields,
  long: z.strictObject({ above: z.number().int().min(1).max(100_000_000), ...fields }).optional(),
});

/** Returns the prices in micro-USD per million tokens. */
export function pricesOf(written: z.output<typeof pricesSchema>): TokenPrices {
  const { long, ...short } = written;
  return fromConfig(usdOf(short), long === undefined ? undefined : { above: long.above, ...usdOf(long) });
}

const fromConfig = priced('orchestrate.yaml', '');

type Written = Omit<z.output<typeof pricesSchema>, 'long'>;

const usdOf = ({ input, output, ...cache }: Written) => {
  const write = cache['cache-write'] ?? input;
  return {
    input,
    output,
    cacheRead: cache['cache-read'] ?? input,
    cacheWrite5m: write,
    cacheWrite1h: cache['cache-write-1h'] ?? write,
  };
};
