import type { EnvironmentId } from '../../base/ids.ts';

/** Stands where an environment is named and nobody looks after one: interpreter and packages are the machine's. */
export const noEnvironment = 'none' as EnvironmentId;
/** Stands where components are named and there are none. */
export const noComponents = 'none';
