export type * from './files.ts';
export type * from './git.ts';
export type * from './ledger.ts';
export type * from './network.ts';
export type * from './processes.ts';
export type * from './python.ts';
export type * from './service-client.ts';
export type * from './system.ts';
