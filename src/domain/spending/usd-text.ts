/** Returns micro-USD as money: `$1.25`, `$0.0042`, `$0.000007`: below a dollar as many digits as tell something. */
export function usdText(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  if (microUsd === 0) return '$0';
  if (Math.abs(usd) >= 1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(Math.abs(usd) >= 0.001 ? 4 : 6).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}
