import { performance } from 'node:perf_hooks';

/** The longest time that a look keeps everything else in this process waiting, in milliseconds. */
const sliceMs = 8;

/** Tells long work when to let everything else in this process have its turn: `if (pace.isOver) await pace.rest();`. */
export class Pace {
  #untilMs = performance.now() + sliceMs;

  get isOver(): boolean {
    return performance.now() > this.#untilMs;
  }

  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#untilMs = performance.now() + sliceMs;
  }
}
