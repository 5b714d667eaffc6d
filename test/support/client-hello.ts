/** The first message of a TLS client, as bytes (RFC 8446, section 4.1.2). */
export function clientHello(options: {
  readonly name?: string;
  readonly second?: string;
  /** With an encrypted_client_hello. */
  readonly isHidden?: boolean;
}): Buffer {
  const { name, second, isHidden = false } = options;
  const extensions = Buffer.concat([
    extension(0x2b, Buffer.from([2, 3, 4])),
    ...[name, second].map((one) => (one === undefined ? Buffer.alloc(0) : extension(0, serverNames(one)))),
    ...(isHidden ? [extension(0xfe0d, Buffer.from([1, 2, 3]))] : []),
  ]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    sized(Buffer.from([0x13, 0x01])),
    Buffer.from([1, 0]),
    sized(extensions),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), sized(body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(handshake)]);
}

const sized = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
const extension = (type: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(data)]);
const serverNames = (name: string): Buffer => sized(Buffer.concat([Buffer.from([0]), sized(Buffer.from(name))]));
