/** Asks a service of this machine whether it is ready. */
export interface Readiness {
  /**
   * Returns the status of the answer to a GET of a loopback address, or undefined when none comes in time. No redirection is followed, no
   * proxy asked, the body is not read. Another address than a loopback one is a bug of the caller.
   */
  status(url: string, options: { readonly timeoutMs: number }): Promise<number | undefined>;
}
