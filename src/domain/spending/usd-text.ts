/** Returns micro-USD as money: `$1.25`, `$0.0042`; as many digits as tell something, four at most below a dollar. */
export function usdText(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  if (microUsd === 0) return '$0';
  if (Math.abs(usd) >= 0.01) return `$${usd.toFixed(2)}`;
  return Math.abs(usd) >= 0.0001 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(6)}`;
}
