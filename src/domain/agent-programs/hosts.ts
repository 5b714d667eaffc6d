import type { ProgramRunner } from './agent-program.ts';

/**
 * Hosts that a program may reach by https, where it asks its own provider: the model, and the login that has to be refreshed. No host of
 * telemetry, updates or files is among them. A server that the configuration names instead takes their place.
 * From the network pages of each program's documentation, read in November 2026.
 */
export const programHosts: Readonly<Record<ProgramRunner, readonly string[]>> = {
  'claude-code': ['api.anthropic.com', 'console.anthropic.com', 'platform.claude.com'],
  codex: ['api.openai.com', 'auth.openai.com', 'chatgpt.com'],
  opencode: ['api.anthropic.com', 'api.openai.com', 'opencode.ai', 'openrouter.ai'],
  // Nobody knows whom it asks: its agent's file says so.
  acp: [],
};

/** Where a program may go for its model: hosts by https, ports of this machine. */
export interface Reach {
  readonly egress: readonly string[];
  readonly loopback: readonly number[];
}

/** Returns the reach of a server by its address: one of this machine is a port, any other a host. */
export function reachOf(url: string): Reach {
  const { hostname, port, protocol } = new URL(url);
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) return { egress: [hostname], loopback: [] };
  return { egress: [], loopback: [Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port)] };
}
