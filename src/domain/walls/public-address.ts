/**
 * Returns why an address that a name stands for is not taken, as a clause, or undefined: loopback, link-local (metadata of clouds), private,
 * shared, reserved, multicast, and those that carry an IPv4 address (https://www.iana.org/assignments/iana-ipv4-special-registry).
 */
export function addressProblem(address: string): string | undefined {
  const four = ipv4(address);
  if (four !== undefined) return special4.find(({ from, bits }) => isWithin(four, from, bits))?.why;
  const six = ipv6(address);
  if (six === undefined) return 'it is no address';
  const embedded = embedded4(six);
  if (embedded !== undefined) return addressProblem(embedded) ?? 'it carries another address';
  // Only 2000::/3 is given out to anybody.
  return ((six[0] ?? 0) & 0xe000) === 0x2000 && !isDocumentation(six) ? undefined : 'it is not a public address';
}

const special4 = (
  [
    ['0.0.0.0', 8, 'it is this very network'],
    ['10.0.0.0', 8, 'it is a private address'],
    ['100.64.0.0', 10, 'it is a shared address'],
    ['127.0.0.0', 8, 'it is this machine'],
    ['169.254.0.0', 16, 'it is link-local, where clouds keep their metadata'],
    ['172.16.0.0', 12, 'it is a private address'],
    ['192.0.0.0', 24, 'it is reserved'],
    ['192.0.2.0', 24, 'it is reserved'],
    ['192.88.99.0', 24, 'it is reserved'],
    ['192.168.0.0', 16, 'it is a private address'],
    ['198.18.0.0', 15, 'it is reserved'],
    ['198.51.100.0', 24, 'it is reserved'],
    ['203.0.113.0', 24, 'it is reserved'],
    ['224.0.0.0', 3, 'it is multicast or reserved'],
  ] as const
).map(([from, bits, why]) => ({ from: ipv4(from) ?? 0, bits, why }));

const isWithin = (address: number, from: number, bits: number): boolean =>
  Math.floor(address / 2 ** (32 - bits)) === Math.floor(from / 2 ** (32 - bits));

function ipv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const numbers = parts?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((one) => one > 255)) return undefined;
  return numbers.reduce((sum, one) => sum * 256 + one, 0);
}

/** Eight groups of 16 bits. */
function ipv6(text: string): readonly number[] | undefined {
  const plain = text.replace(/%.*$/, '').toLowerCase();
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const tail = dotted?.[2] === undefined ? undefined : ipv4(dotted[2]);
  if (dotted !== null && tail === undefined) return undefined;
  const whole =
    tail === undefined ? plain : `${dotted?.[1] ?? ''}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
  const halves = whole.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], end = []] = halves.map((half) => half.split(':').filter((group) => group !== ''));
  const nMissing = 8 - head.length - end.length;
  if (halves.length === 1 ? nMissing !== 0 : nMissing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: nMissing }, () => '0'), ...end];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

/** Mapped, translated (64:ff9b::/96), 6to4 (2002::/16) and Teredo (2001::/32) addresses hold one of IPv4. */
function embedded4(groups: readonly number[]): string | undefined {
  const dotted = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const [a, b] = groups;
  if (a === 0x2002) return dotted(groups[1], groups[2]);
  if (a === 0x2001 && b === 0) return dotted((groups[6] ?? 0) ^ 0xffff, (groups[7] ?? 0) ^ 0xffff);
  const isLow = groups.slice(0, 5).every((group) => group === 0) && [0, 0xffff].includes(groups[5] ?? 0);
  const isTranslated = a === 0x64 && b === 0xff9b;
  return isLow || isTranslated ? dotted(groups[6], groups[7]) : undefined;
}

const isDocumentation = (groups: readonly number[]): boolean => groups[0] === 0x2001 && groups[1] === 0xdb8;
