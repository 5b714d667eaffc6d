import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { SwarmBackend, SwarmUi } from '../../ports/swarm-ui.ts';
import { callJson, objectOf, textOf } from '../comfyui/http.ts';

/** It restarts a backend before it answers, and loading one takes long. */
const actMs = 120_000;
const askMs = 5_000;
const maxText = 300;

/** Creates the port to SwarmUI. Routes: https://github.com/mcmonkeyprojects/SwarmUI/blob/master/docs/APIRoutes/BackendAPI.md */
export function createSwarmUi(): SwarmUi {
  return {
    async backends(baseUrl) {
      let session: string;
      try {
        session = await openSession(baseUrl);
      } catch (error) {
        if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return undefined;
        throw error;
      }
      const asked = { baseUrl, session, timeoutMs: askMs };
      const answer = await act(asked, 'ListBackends', { nonreal: false, full_data: false });
      return Object.entries(answer).map(([id, value]): SwarmBackend => {
        const backend = objectOf(value);
        const { type, title, status, enabled } = backend;
        return { id, type: textOf(type), title: textOf(title), status: textOf(status), isEnabled: enabled !== false };
      });
    },
    async restart(baseUrl, backend) {
      const session = await openSession(baseUrl);
      const { count } = await act({ baseUrl, session, timeoutMs: actMs }, 'RestartBackends', { backend });
      if (count === 0) throw refused('RestartBackends', `it has no backend ${backend}`);
    },
    async toggle(baseUrl, backend, enabled) {
      const session = await openSession(baseUrl);
      await act({ baseUrl, session, timeoutMs: actMs }, 'ToggleBackend', { backend_id: Number(backend), enabled });
    },
  };
}

/** A session of the machine's own user: one that is asked for without a login. */
async function openSession(baseUrl: string): Promise<string> {
  const { session_id: id } = objectOf(await callJson(baseUrl, '/API/GetNewSession', { body: {}, timeoutMs: askMs }));
  const session = textOf(id);
  if (session === '') throw refused('GetNewSession', 'it gives no session without a login');
  return session;
}

async function act(
  { baseUrl, session, timeoutMs }: { readonly baseUrl: string; readonly session: string; readonly timeoutMs: number },
  route: string,
  more: JsonObject,
): Promise<JsonObject> {
  const body = { session_id: session, ...more };
  const answer = objectOf(await callJson(baseUrl, `/API/${route}`, { body, timeoutMs }));
  const problem = textOf(answer['error']) || textOf(answer['error_id']);
  if (problem !== '') throw refused(route, problem);
  return answer;
}

const refused = (route: string, why: string): Fault =>
  new Fault('SWARM_REFUSED', `SwarmUI refused ${route}: ${why.slice(0, maxText)}.`, {
    hints: ['Look at Server, Backends in the window of SwarmUI.'],
  });
