/**
 * The spawn helper: a small process that starts programs for a large one. It is started by
 * `createHelperSpawner` and is no program for people. When its parent disappears it kills the
 * process groups of the programs it runs, services excepted, and ends.
 */
import type { FromHelper, ToHelper } from './helper-messages.ts';
import { createInProcessSpawner } from './in-process-spawner.ts';
import type { OpenProgram } from './spawner.ts';

const spawner = createInProcessSpawner();
const aborts = new Map<number, AbortController>();
const programs = new Map<number, OpenProgram>();

const reply = (message: FromHelper): void => {
  if (process.connected) process.send?.(message);
};

const endAll = (): void => void spawner.close().finally(() => process.exit(0));
process.on('disconnect', endAll);
process.on('SIGTERM', endAll);
// Ctrl-C and a closed terminal are the parent's business: it decides what becomes of the programs.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

process.on('message', (message: ToHelper) => {
  perform(message).catch((error: NodeJS.ErrnoException) => {
    reply({ kind: 'failed', id: message.id, message: error.message, code: error.code });
  });
});

async function perform(message: ToHelper): Promise<void> {
  const { id } = message;
  switch (message.kind) {
    case 'run': {
      const abort = new AbortController();
      aborts.set(id, abort);
      try {
        reply({ kind: 'result', id, result: await spawner.run(message.spec, abort.signal) });
      } finally {
        aborts.delete(id);
      }
      return;
    }
    case 'abort':
      aborts.get(id)?.abort();
      return;
    case 'open': {
      const program = await spawner.open(message.spec);
      programs.set(id, program);
      reply({ kind: 'opened', id });
      program.onData((chunk) => reply({ kind: 'data', id, chunk }));
      program.onEnd((end) => {
        programs.delete(id);
        reply({ kind: 'ended', id, end });
      });
      return;
    }
    case 'write':
      programs.get(id)?.write(message.data);
      return;
    case 'end':
      await programs.get(id)?.close();
      return;
    case 'detached':
      reply({ kind: 'pid', id, pid: await spawner.startDetached(message.spec) });
      return;
  }
}
