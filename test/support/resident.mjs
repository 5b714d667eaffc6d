// Loads a packed program once and runs one command of it after the other. Commands come, and what they did goes back, as messages
// of the parent; the first one names the program's `wire.cjs`. No argument names a folder: the world of a test is searched for its processes.
import { createRequire } from 'node:module';
import * as path from 'node:path';
import process from 'node:process';

const load = createRequire(import.meta.url);
const ownEnv = { ...process.env };
const streams = [process.stdout, process.stderr];
let main;

// Each command listens for signals and broken pipes, as if it were the only one of its process.
for (const one of [process, ...streams]) one.setMaxListeners(0);
process.on('disconnect', () => process.exit(0));
process.on('message', ({ wire, id, ...command }) => {
  if (wire !== undefined) return begin(wire);
  run(command).then(
    (done) => process.send({ id, ...done }),
    (error) => process.send({ id, exitStatus: null, out: '', err: String(error?.stack ?? error) }),
  );
});

function begin(wire) {
  ({ main } = load(wire));
  // What the program starts as its supervisor is itself.
  process.argv[1] = path.join(path.dirname(wire), 'bin.cjs');
}

async function run({ args, cwd, env }) {
  const said = ['', ''];
  const writes = streams.map((one) => one.write);
  streams.forEach((one, at) => {
    one.write = (text) => {
      said[at] += text;
      return true;
    };
  });
  become(env);
  process.chdir(cwd);
  try {
    const exitStatus = await main(args);
    return { exitStatus, out: said[0], err: said[1] };
  } finally {
    process.chdir('/');
    become(ownEnv);
    streams.forEach((one, at) => {
      one.write = writes[at];
      one.removeAllListeners('error');
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  }
}

function become(env) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}
