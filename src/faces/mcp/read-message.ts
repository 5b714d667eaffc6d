/** What somebody sent, before anything believes it. */
export type ReadMessage =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'refused'; readonly why: string };

/** The largest message is a workflow's graph as an argument; the same as by HTTP. */
export const maxMessageBytes = 1024 * 1024;
/** No schema of ours is a tenth as deep. */
const maxDepth = 64;

/**
 * Reads one JSON-RPC message. Its depth is counted before it is parsed, and a key `__proto__` anywhere refuses all of it: schemas pass over
 * such a key in silence, and an argument that does nothing is an error here.
 */
export function readMessage(text: string): ReadMessage {
  if (Buffer.byteLength(text) > maxMessageBytes) return refused(`It is larger than ${maxMessageBytes} bytes.`);
  if (depthOf(text) > maxDepth) return refused(`It is nested more than ${maxDepth} levels deep.`);
  let hasProto = false;
  try {
    const message: unknown = JSON.parse(text, (key, value: unknown) => {
      hasProto ||= key === '__proto__';
      return value;
    });
    return hasProto ? refused('It has a key "__proto__".') : { kind: 'message', message };
  } catch (error) {
    return refused(`It is not JSON: ${(error as Error).message}`);
  }
}

const refused = (why: string): ReadMessage => ({ kind: 'refused', why });

/** Brackets that are open at once, those in strings left out. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (isString) {
      if (sign === '\\') index += 1;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === '{' || sign === '[') deepest = Math.max(deepest, (depth += 1));
    else if (sign === '}' || sign === ']') depth -= 1;
  }
  return deepest;
}
