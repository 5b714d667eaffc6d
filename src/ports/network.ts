import type { ProcessIdentity } from './processes.ts';

export type PortHolder =
  /** `owner` is undefined when another user holds it. More than one owner: the answers cannot be trusted. */
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly owners: readonly (ProcessIdentity & { readonly argv: readonly string[] })[] };

/** Local ports. Looks only, never stops a holder. */
export interface Ports {
  /** Binds the port for a moment on all address families; held on any of them is held. */
  isFree(port: number): Promise<boolean>;
  /** Who listens on the port. `owners` is empty when the holder belongs to another user. */
  holder(port: number): Promise<PortHolder>;
  /**
   * The program of a holder as it was started, absolute, links not resolved (a venv is found by its own path), and the
   * folder that it stands in. Undefined where the machine does not tell: gone, of another user, another system than Linux.
   */
  startOf(owner: ProcessIdentity): Promise<{ readonly program: string; readonly cwd: string } | undefined>;
}
