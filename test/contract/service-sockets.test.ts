import { expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { openEvents } from '../../src/adapters/comfyui/event-stream.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import { faultOf } from './support/fault-of.ts';
import { encodePng } from './support/png-encoder.ts';
import { startTinyComfy, type Route, type TinyComfy } from './support/tiny-comfy.ts';

const client = createServiceClient({ clock: createSystemClock() });
const pixels = Buffer.from([1, 2, 3, 4, 5, 6]);
const png = encodePng({ widthPx: 2, heightPx: 1, nChannels: 3, pixels, filters: [0] });
const outputs = { '4': { images: [{ filename: 'a.png', subfolder: '', type: 'output' }] } };
const limits = { openMs: 2_000, pingMs: 50, silentMs: 200, maxBytes: 1_000 };

/** A server on which `then` happens after a prompt was taken; its history has the prompt once `isDone` says so. */
async function serverThat(
  then: (tiny: TinyComfy, promptId: string) => void,
  isDone: () => boolean,
): Promise<TinyComfy> {
  let id = '';
  const success = { outputs, status: { status_str: 'success', completed: true, messages: [] } };
  return startTinyComfy({
    'POST /api/prompt'(body, self) {
      id = String(body['prompt_id']);
      setTimeout(() => then(self, id), 30);
      return { prompt_id: id, number: 1, node_errors: {} };
    },
    'GET /api/history/*': () => (isDone() ? { [id]: success } : {}),
    'GET /api/queue': () => ({ queue_running: isDone() ? [] : [[1, id]], queue_pending: [] }),
    'GET /api/view': () => png,
  });
}

const run = (tiny: TinyComfy) =>
  client.runWorkflow(tiny.baseUrl, {}, { timeoutMs: 20_000, nonce: 'n', signal: new AbortController().signal });

it('a lost socket is opened again, and what comes then is heard', async () => {
  const tiny = await serverThat(
    (self, id) => {
      self.dropSockets();
      const timer = setInterval(() => {
        if (self.nOpened() < 2) return;
        clearInterval(timer);
        self.tell('progress', { value: 1, max: 2, prompt_id: id });
        self.tell('executing', { node: null, prompt_id: id });
      }, 20);
    },
    () => false,
  );
  expect(await run(tiny)).toMatchObject({ kind: 'ran', nFrames: 2, pictures: [] });
});

it('the end of a prompt is found in the history when the socket is open and says nothing', async () => {
  let isDone = false;
  const tiny = await serverThat(
    () => (isDone = true),
    () => isDone,
  );
  expect(await run(tiny)).toMatchObject({ kind: 'ran', nFrames: 0, pictures: [{ filename: 'a.png' }] });
});

it('a frame of 100 MB is passed over, and what follows it is heard', async () => {
  const tiny = await serverThat(
    (self, id) => {
      const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeBigUInt64BE(100_000_000n, 2);
      self.sendRaw(head);
      const piece = Buffer.alloc(1_000_000, 32);
      const send = (left: number): void => {
        if (left > 0) {
          self.sendRaw(piece);
          setImmediate(send, left - 1);
        } else {
          self.tell('executed', { node: '4', output: outputs['4'], prompt_id: id });
          self.tell('executing', { node: null, prompt_id: id });
        }
      };
      send(100);
    },
    () => false,
  );
  expect(await run(tiny)).toMatchObject({ kind: 'ran', nFrames: 2, pictures: [{ filename: 'a.png' }] });
}, 30_000);

it('bytes that are no frames end the socket, not the prompt', async () => {
  let isDone = false;
  const tiny = await serverThat(
    (self) => {
      self.sendRaw(Buffer.from('HTTP/1.1 500 Oops\r\n\r\n'));
      isDone = true;
    },
    () => isDone,
  );
  expect(await run(tiny)).toMatchObject({ kind: 'ran', pictures: [{ filename: 'a.png' }] });
});

it('a socket on which nothing comes, not even the answer to a ping, is opened again until it is closed', async () => {
  const tiny = await startTinyComfy({});
  let nLost = 0;
  const events = await openEvents(tiny.baseUrl, 'c', { event: () => {}, closed: () => (nLost += 1) }, { limits });
  await expect.poll(() => tiny.nOpened(), { timeout: 10_000 }).toBeGreaterThan(1);
  expect(nLost).toBeGreaterThan(0);
  events.close();
  expect(events.isOpen()).toBe(false);
});

it('no call takes garbage for an answer', async () => {
  const garbage: Route = () => Buffer.from([0, 255, 60, 104, 116, 109, 108, 62]);
  const routes = ['GET /api/queue', 'GET /api/object_info', 'GET /api/history/*', 'GET /api/system_stats'];
  const { baseUrl } = await startTinyComfy(Object.fromEntries(routes.map((route) => [route, garbage])));
  for (const asked of [client.queue(baseUrl), client.nodeClasses(baseUrl), client.history(baseUrl, 'x')])
    expect((await faultOf(asked)).code).toBe('INSTANCE_UNHEALTHY');
  expect(await client.facts(baseUrl)).toBeUndefined();
});
