/** What is known of the first bytes of a connection. */
export type HelloName =
  /** Not all of it is there yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'name'; readonly name: string }
  /** `why` is a clause. */
  | { readonly kind: 'none'; readonly why: string };

/** A ClientHello with the extensions of today is two kilobytes; post-quantum keys make it four. */
const maxBytes = 32 * 1024;

/**
 * Returns the server name that a TLS client asks for in its first message (RFC 8446, section 4.1.2; RFC 6066, section 3). A name that is
 * encrypted, missing, or of another kind is `none`: then nobody could tell whom it talks to.
 */
export function helloName(bytes: Uint8Array): HelloName {
  const handshake: number[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; ;) {
    if (at + 5 > bytes.length)
      return bytes.length > maxBytes ? none('its first message is too long') : { kind: 'more' };
    if (view.getUint8(at) !== 22 || view.getUint8(at + 1) !== 3) return none('it does not speak TLS');
    const end = at + 5 + view.getUint16(at + 3);
    handshake.push(...bytes.subarray(at + 5, Math.min(end, bytes.length)));
    const needed = 4 + (((handshake[1] ?? 0) << 16) | ((handshake[2] ?? 0) << 8) | (handshake[3] ?? 0));
    if (handshake.length >= 4 && needed > maxBytes) return none('its first message is too long');
    if (handshake.length >= 4 && handshake.length >= needed) return nameIn(Uint8Array.from(handshake.slice(0, needed)));
    if (end > bytes.length) return { kind: 'more' };
    at = end;
  }
}

const none = (why: string): HelloName => ({ kind: 'none', why });

function nameIn(message: Uint8Array): HelloName {
  try {
    const view = new DataView(message.buffer);
    if (view.getUint8(0) !== 1) return none('it does not begin with a ClientHello');
    // Version and random.
    let at = 4 + 2 + 32;
    at += 1 + view.getUint8(at);
    at += 2 + view.getUint16(at);
    at += 1 + view.getUint8(at);
    const end = at + 2 + view.getUint16(at);
    const names: string[] = [];
    for (at += 2; at < end;) {
      const [type, length] = [view.getUint16(at), view.getUint16(at + 2)];
      // encrypted_client_hello: the name outside is not the one that is meant.
      if (type === 0xfe0d) return none('it hides the name that it asks for');
      if (type === 0) names.push(serverName(view, at + 4));
      at += 4 + length;
    }
    const [name] = names;
    return names.length === 1 && name !== undefined ? { kind: 'name', name } : none('it does not say whom it asks for');
  } catch {
    return none('its first message cannot be read'); // A length that leads beyond the end.
  }
}

function serverName(view: DataView, at: number): string {
  if (view.getUint8(at + 2) !== 0) return '';
  const length = view.getUint16(at + 3);
  const bytes = new Uint8Array(view.buffer, at + 5, length);
  return String.fromCodePoint(...bytes).toLowerCase();
}
