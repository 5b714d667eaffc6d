import type { ProgramTool } from '../tools/tool.ts';
import { agentSpawn } from './agent-spawn.ts';
import { backupCreate, restoreSystem } from './backup-create.ts';
import { memoryDelete, memoryRetrieve, memoryStore } from './memory-store.ts';
import { memoryUsage } from './memory-usage.ts';
import { contextRestore, stateSnapshot } from './state-snapshot.ts';
import { swarmDestroy, swarmShutdown } from './swarm-destroy.ts';
import { swarmInit } from './swarm-init.ts';
import { swarmMonitor } from './swarm-monitor.ts';
import { swarmScale } from './swarm-scale.ts';
import { swarmStatus } from './swarm-status.ts';
import { taskCreate, taskOrchestrate } from './task-orchestrate.ts';
import { taskResults, taskStatus } from './task-status.ts';

/** Every name of claude-flow that is a tool of its own here. */
export const swarmNames: readonly ProgramTool[] = [
  swarmInit,
  swarmScale,
  swarmStatus,
  swarmMonitor,
  swarmDestroy,
  swarmShutdown,
  agentSpawn,
  taskOrchestrate,
  taskCreate,
  taskStatus,
  taskResults,
  memoryUsage,
  memoryStore,
  memoryRetrieve,
  memoryDelete,
  backupCreate,
  restoreSystem,
  stateSnapshot,
  contextRestore,
];
