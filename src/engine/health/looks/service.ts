import { ownPids } from '../../instances/own-pids.ts';
import type { HealthFound, HealthLook } from '../look.ts';

/** Whether production is up and answers. One that a person stopped is no illness, and nothing to count. */
export const lookAtService: HealthLook = async ({ now, config, ledger }) => {
  const { port, instance, state, latencyMs, queue } = now;
  const seq = instance === null ? undefined : ledger.latest(`machine:${instance}`)?.seq;
  const evidence = seq === undefined ? [] : [`#${seq}`];
  if (port === null) return { state: 'unknown', sentence: 'production is stopped', evidence, hint: startHint(config) };
  if (latencyMs === null) {
    const was = state === null ? '' : `, ${state} on record`;
    const hint = config.service.mode === 'none' ? null : 'orchestrate service status';
    return { state: 'bad', sentence: `nothing answers on port ${port}${was}`, evidence, hint };
  }
  const waits = queue === null ? '' : `, ${queue.running} running and ${queue.pending} waiting`;
  const sentence = `answers on port ${port} in ${Math.round(latencyMs)} ms${waits}`;
  if (state !== null && state !== 'healthy')
    return { state: 'warning', sentence: `${sentence}; ${state} on record`, evidence, hint: null };
  return { state: 'good', sentence, evidence, hint: null };
};

const startHint = ({ service }: { readonly service: { readonly mode: string } }): string | null =>
  service.mode === 'none' ? null : 'orchestrate service start';

/** Whether the port of production is held by production, and a free one is left for proofs. */
export const lookAtPorts: HealthLook = async (context) => {
  const { now, config, outside } = context;
  const { first, last } = config.ports;
  const holder = await outside.ports.holder(config.service.port);
  const owners = holder.kind === 'held' ? holder.owners : [];
  const pids = owners.map(({ pid }) => `pid ${pid}`);
  if (holder.kind === 'held' && now.port === null)
    return {
      state: 'warning',
      sentence: `port ${config.service.port} is held while production is stopped`,
      evidence: pids,
      hint: null,
    };
  if (now.instance !== null && now.pid !== null && owners.length > 0 && now.port === config.service.port) {
    const ours = await ownPids(context, now.instance, now.pid);
    if (!owners.some(({ pid }) => ours.has(pid)))
      return {
        state: 'bad',
        sentence: `port ${config.service.port} is held by another process than production (${now.pid})`,
        evidence: pids,
        hint: 'orchestrate service status',
      };
  }
  for (let port = first; port <= last; port += 1) {
    if (await outside.ports.isFree(port)) return goodPorts(config.service.port, port);
  }
  return { state: 'bad', sentence: `no port of ${first} to ${last} is free for a proof`, evidence: [], hint: null };
};

const goodPorts = (production: number, free: number): HealthFound => ({
  state: 'good',
  sentence: `${production} is as it should be, and ${free} is free for a proof`,
  evidence: [],
  hint: null,
});
