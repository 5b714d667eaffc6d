import type { Workers } from './order.ts';

/** Who carries out the work of an agent, by its runner: one line each. */
export const workers: Workers = {};
