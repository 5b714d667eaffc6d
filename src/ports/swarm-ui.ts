/** A backend of SwarmUI, in its words. */
export interface SwarmBackend {
  readonly id: string;
  /** `comfyui_selfstart` is a ComfyUI that SwarmUI starts and stops itself. */
  readonly type: string;
  readonly title: string;
  /** `running`, `idle`, `loading`, `waiting`, `errored`, `disabled`. */
  readonly status: string;
  readonly isEnabled: boolean;
}

/**
 * SwarmUI, by its own interface on this machine: what it started is restarted and stopped by it alone. Faults: `INSTANCE_UNHEALTHY` without a
 * whole answer, `SWARM_REFUSED` when it answers that it does not.
 */
export interface SwarmUi {
  /** Undefined where nothing answers on the address. */
  backends(baseUrl: string): Promise<readonly SwarmBackend[] | undefined>;
  restart(baseUrl: string, backend: string): Promise<void>;
  /** One that is disabled is stopped by SwarmUI. */
  toggle(baseUrl: string, backend: string, isEnabled: boolean): Promise<void>;
}
