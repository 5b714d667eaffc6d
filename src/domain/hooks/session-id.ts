import { Fault } from '../../base/fault.ts';

/** `latest` stands for the newest one. */
export const latestSession = 'latest';

/**
 * Returns the id of a session as it is kept: in small letters, as a key of memory has it. Fault: `NAME_INVALID`.
 * `swarm-42`, ids of Claude Code (a UUID) and what people make up all fit.
 */
export function requireSessionId(text: string): string {
  const id = text.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9._-]{0,55}$/.test(id) && !id.endsWith('.') && id !== latestSession) return id;
  throw new Fault('NAME_INVALID', `${JSON.stringify(text.slice(0, 80))} is no id of a session.`, {
    hints: ['Up to 56 letters, digits, "-", "_" and ".", such as swarm-42; the first is a letter or digit.'],
    state: 'Nothing was kept.',
  });
}

/** Returns the key of memory under which a session is kept. */
export const sessionKey = (id: string): string => `sessions/hooks/${id}.json`;
