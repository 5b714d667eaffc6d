/** Shorter values are found in innocent text too often: a form of fewer characters is not looked for. */
const shortestForm = 8;

/**
 * Returns the texts by which a secret may be written: itself, in JSON, in an address, in hex, and in base64 (also where something stands
 * before it in the same bytes, which shifts its letters). Longest first.
 */
export function secretForms(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const base64 = [0, 1, 2].map((shift) => base64Inside(bytes, shift));
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= shortestForm).sort((a, b) => b.length - a.length);
}

/** Letters of base64 that the bytes alone decide, with `shift` bytes before them in their group of three. */
function base64Inside(bytes: Uint8Array, shift: number): string {
  const shifted = String.fromCharCode(...Array<number>(shift).fill(0), ...bytes);
  const whole = btoa(shifted);
  const from = [0, 2, 3][shift] ?? 0;
  return whole.slice(from, Math.floor((shifted.length * 8) / 6));
}
