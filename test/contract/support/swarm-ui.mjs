// A small SwarmUI: sessions, and one ComfyUI that it starts itself, as a child process of its own. Prints its address and the child's pid.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const sessions = new Set();
let child = start();
let isEnabled = true;

function start() {
  return spawn('/bin/sleep', ['100'], { stdio: 'ignore' });
}

const routes = {
  GetNewSession: () => {
    const id = `s${sessions.size}`;
    sessions.add(id);
    return { session_id: id, user_id: 'local' };
  },
  ListBackends: () => ({
    0: {
      id: 0,
      type: 'comfyui_selfstart',
      title: 'ComfyUI',
      status: isEnabled ? 'running' : 'disabled',
      enabled: isEnabled,
      settings: { pid: child.pid },
    },
    1: { id: 1, type: 'comfyui_api', title: 'elsewhere', status: 'errored', enabled: true, settings: {} },
  }),
  RestartBackends: ({ backend }) => {
    if (backend !== '0') return { result: 'Success.', count: 0 };
    child.kill();
    child = start();
    return { result: 'Success.', count: 1 };
  },
  ToggleBackend: ({ backend_id: id, enabled }) => {
    if (id !== 0) return { error: `Invalid backend ID ${id}` };
    if (enabled === isEnabled) return { result: 'No change.' };
    isEnabled = enabled;
    if (enabled) child = start();
    else child.kill();
    return { result: 'Success.' };
  },
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const name = /^\/API\/(\w+)$/.exec(request.url)?.[1] ?? '';
    const input = JSON.parse(body);
    const route = routes[name];
    const hasSession = name === 'GetNewSession' || sessions.has(input.session_id);
    const answer =
      route === undefined ? { error: 'no route' } : hasSession ? route(input) : { error_id: 'invalid_session_id' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.on('SIGTERM', () => {
  child.kill();
  process.exit(0);
});
