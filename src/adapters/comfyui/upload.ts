import type { ServiceClient } from '../../ports/service-client.ts';
import { call, objectOf, parseJson } from './http.ts';

type Upload = Parameters<ServiceClient['upload']>[1];

/**
 * Puts a picture into the server's input folder under exactly this name, over what is there; a mask becomes the transparency of the
 * picture that lies there under the name. Returns why the server did not take it, or null. Fault: `INSTANCE_UNHEALTHY`.
 */
export async function upload(baseUrl: string, { kind, name, bytes }: Upload): Promise<string | null> {
  const at = name.lastIndexOf('/');
  const [subfolder, filename] = [at < 0 ? '' : name.slice(0, at), name.slice(at + 1)];
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(bytes)]), filename);
  form.set('type', 'input');
  form.set('subfolder', subfolder);
  form.set('overwrite', 'true');
  if (kind === 'mask') form.set('original_ref', JSON.stringify({ filename, subfolder, type: 'input' }));
  const answer = await call(baseUrl, `/api/upload/${kind}`, { form, timeoutMs: 60_000 });
  if (answer.status !== 200) return `it answers ${answer.status}`;
  const told = objectOf(parseJson(answer.bytes));
  // One that gives it another name would have the graph read what lay there before.
  return told['name'] === filename && told['subfolder'] === subfolder ? null : 'it gave it another name';
}
