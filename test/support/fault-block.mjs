// Loaded with `node --import` into a program under test. When the file FAULT_BLOCK appears, the supervisor's event loop stands still
// for as many milliseconds as the file says: no timer, no answer, no commit from that thread; the process lives and holds what it holds.
import * as fs from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const file = process.env.FAULT_BLOCK;
const isSupervisor = fs.readFileSync('/proc/self/cmdline', 'utf8').split('\0').includes('supervise');
if (file !== undefined && isSupervisor && isMainThread) setInterval(block, 20).unref();

function block() {
  let forMs;
  try {
    forMs = Number(fs.readFileSync(file, 'utf8'));
    fs.rmSync(file);
  } catch {
    return;
  }
  fs.writeFileSync(`${file}.began`, String(process.pid));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
  fs.writeFileSync(`${file}.ended`, String(process.pid));
}
