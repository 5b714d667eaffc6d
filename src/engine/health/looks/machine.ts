import { judgeDisk, judgeMemory, type Level } from '../../../domain/health/judge.ts';
import { bytesText } from '../../../domain/plans/amounts.ts';
import { diskForecast } from '../disk-forecast.ts';
import { loadDisks } from '../folders.ts';
import type { HealthLook } from '../look.ts';

const stateOf = { good: 'good', warning: 'warning', critical: 'bad' } as const;
const worstFirst: readonly Level[] = ['critical', 'warning', 'good'];

/** The disks of home, state, models and output, each with when it is full as it fills now. */
export const lookAtDisk: HealthLook = async (context) => {
  const found = await loadDisks(context);
  const disks = found.disks.map((disk) => ({
    ...disk,
    level: judgeDisk(disk.freeBytes, 'good', context.config.monitoring),
  }));
  const level = worstFirst.find((one) => disks.some((disk) => disk.level === one));
  const silent = found.silent.map((name) => `${name}: not known, its disk does not answer`);
  if (level === undefined)
    return { state: 'unknown', sentence: 'no disk tells its room', evidence: silent, hint: null };
  const evidence = disks.map(
    ({ name, also, path, freeBytes, totalBytes }) =>
      `${[name, ...also].join(', ')}: ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free at ${path}; ${diskForecast(context, name)}`,
  );
  const [least] = disks.toSorted((a, b) => a.freeBytes - b.freeBytes);
  const unseen = found.silent.length === 0 ? '' : `not known of ${found.silent.join(', ')}; `;
  return {
    // What does not answer is not known to be good.
    state: level === 'good' && unseen !== '' ? 'unknown' : stateOf[level],
    sentence: `${unseen}${bytesText(least?.freeBytes ?? 0)} free where there is least${least === undefined ? '' : `; ${diskForecast(context, least.name)}`}`,
    evidence: [...silent, ...evidence],
    hint: level === 'good' ? null : 'orchestrate restore prune --dry-run',
  };
};

export const lookAtMemory: HealthLook = async ({ outside, config }) => {
  const memory = await outside.machine.memory();
  const level = judgeMemory(memory, 'good', config.monitoring);
  if (level === null)
    return { state: 'unknown', sentence: 'the machine does not tell its memory', evidence: [], hint: null };
  const swap =
    memory.swapUsedBytes === null || memory.swapUsedBytes === 0
      ? []
      : [`${bytesText(memory.swapUsedBytes)} of swap used`];
  const sentence = `${bytesText(memory.availableBytes)} of ${bytesText(memory.totalBytes)} available`;
  return { state: stateOf[level], sentence, evidence: swap, hint: null };
};

/** A machine without a card is not ill; one whose driver does not answer is. */
export const lookAtGpu: HealthLook = async ({ outside, now }) => {
  const [device] = now.devices.filter(({ type }) => type !== 'cpu');
  const found = await outside.accelerators.probe();
  if (found.kind === 'unknown') return { state: 'bad', sentence: found.reason, evidence: [], hint: null };
  if (device !== undefined) {
    const room = `${bytesText(device.freeBytes)} of ${bytesText(device.memoryBytes)} free`;
    return { state: 'good', sentence: `production computes on ${device.name}, ${room}`, evidence: [], hint: null };
  }
  if (found.kind === 'none') return { state: 'unknown', sentence: 'no NVIDIA card is told', evidence: [], hint: null };
  const names = found.gpus.map(({ name }) => name);
  const isOnCpu = now.devices.some(({ type }) => type === 'cpu');
  return isOnCpu
    ? {
        state: 'warning',
        sentence: `production computes on the processor, beside ${names.join(', ')}`,
        evidence: names,
        hint: null,
      }
    : { state: 'good', sentence: `driver ${found.driver} tells ${names.join(', ')}`, evidence: names, hint: null };
};
