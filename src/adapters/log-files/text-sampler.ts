/** Of each piece that is read so much is looked at. */
const sampleBytes = 64 * 1024;

// oxlint-disable-next-line no-control-regex -- what no program writes for people: no tabs, line ends or escapes of terminals
const noText = /[\u0000-\u0007\u000E-\u001A\u001C-\u001F\uFFFD]/g;

/** Says how much of what is read is no text: control characters, and bytes that are no UTF-8. */
export function createTextSampler(): { take(bytes: Uint8Array): void; noTextShare(): number } {
  const decoder = new TextDecoder();
  const seen = { all: 0, noText: 0 };
  return {
    take(bytes) {
      const text = decoder.decode(bytes.subarray(0, sampleBytes));
      seen.all += text.length;
      seen.noText += text.match(noText)?.length ?? 0;
    },
    noTextShare: () => (seen.all === 0 ? 0 : seen.noText / seen.all),
  };
}
