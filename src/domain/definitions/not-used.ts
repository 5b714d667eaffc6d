import { fileToolsOf } from '../specialists/tool-names.ts';
import type { Agent } from './types.ts';

/**
 * Returns what an agent's file has and its runner makes no use of: tools as they are written, fields with a colon (`color:`). It is kept,
 * never run.
 */
export function notUsedOf(agent: Pick<Agent, 'runner' | 'otherTools' | 'model' | 'claude'>): readonly string[] {
  const fields = (used: readonly string[]): readonly string[] =>
    Object.keys(agent.claude)
      .filter((field) => !used.includes(field))
      .map((field) => `${field}:`);
  switch (agent.runner) {
    case 'program':
      return [...agent.otherTools, ...(agent.model === null ? [] : ['model:']), ...fields([])];
    case 'model':
      return [...agent.otherTools.filter((tool) => fileToolsOf([tool]).length === 0), ...fields([])];
    case 'claude-code':
      return fields(['hooks', 'mcpServers', 'skills']);
    case 'codex':
    case 'opencode':
    case 'acp':
      return [...agent.otherTools.filter((tool) => fileToolsOf([tool]).length === 0), ...fields([])];
  }
}
