import { answerCommand } from '../../domain/diagnosis/repair-playbooks.ts';
import { judgeDisk, judgeLatency, judgeMemory, type Level } from '../../domain/health/judge.ts';
import { lookedAgain, type Steady, steadyAt } from '../../domain/health/steady.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import { raiseAlert, resolveAlert } from '../alerts/raise.ts';
import type { Engine } from '../engine.ts';
import type { Sample } from './sample.ts';

interface Judged {
  readonly what: string;
  /** Null: it cannot be said this time. */
  readonly level: (told: Level) => Level | null;
  readonly value: number;
  readonly limit: number;
  readonly sentence: string;
}

/**
 * Tells what a measurement means once it was seen often enough in a row: a row `health.moved`, and an alert raised or ended. A disk that is full
 * is told at once. What was told before a restart is taken from its row. A repeat is safe.
 */
export async function tellHealth(
  engine: Engine,
  steadies: Map<string, Steady<Level>>,
  sample: Sample,
  usualMs: readonly number[],
): Promise<void> {
  const { config } = engine;
  for (const one of judgedOf(engine, sample, usualMs)) {
    const before = steadies.get(one.what) ?? steadyAt(toldBefore(engine, one.what));
    const level = one.level(before.told);
    const patience = level === 'critical' && one.what.startsWith('disk:') ? 1 : config.monitoring.patience;
    const after = lookedAgain(before, level, patience);
    if (after.told !== before.told) {
      const { what, value, limit, sentence } = one;
      const data = { what, from: before.told, to: after.told, value, limit, sentence };
      await engine.ledger.append([row('health.moved', data, { keys: [`health:${what}`] })]);
    }
    steadies.set(one.what, after);
    if (after.told !== before.told || !steadies.has(`alerted:${one.what}`)) await alert(engine, one, after.told);
    steadies.set(`alerted:${one.what}`, after);
  }
}

function toldBefore({ ledger }: Engine, what: string): Level {
  return dataOf('health.moved', ledger.latest(`health:${what}`))?.to ?? 'good';
}

function judgedOf({ config }: Engine, sample: Sample, usualMs: readonly number[]): readonly Judged[] {
  const { monitoring } = config;
  const { disks, memory, service } = sample;
  const disksJudged = disks.map(({ name, path, freeBytes, totalBytes, also }): Judged => ({
    what: `disk:${name}`,
    level: (told) => judgeDisk(freeBytes, told, monitoring),
    value: freeBytes,
    limit: monitoring.diskWarningBytes,
    sentence: `${bytesText(freeBytes)} of ${bytesText(totalBytes)} free at ${path}${also.length === 0 ? '' : `, which holds ${also.join(', ')} too`}`,
  }));
  const { totalBytes, availableBytes } = memory;
  const memoryJudged: Judged = {
    what: 'memory',
    level: (told) => judgeMemory(memory, told, monitoring),
    value: availableBytes,
    limit: Math.round(totalBytes * monitoring.memoryWarning),
    sentence: `${bytesText(availableBytes)} of ${bytesText(totalBytes)} memory available`,
  };
  const { latencyMs, port } = service;
  if (latencyMs === null) return [...disksJudged, memoryJudged];
  const usual = usualMs.toSorted((a, b) => a - b)[Math.floor(usualMs.length / 2)] ?? 0;
  const latencyJudged: Judged = {
    what: 'latency',
    level: (told) => judgeLatency(latencyMs, usualMs, told),
    value: latencyMs,
    limit: usual,
    sentence: `production on port ${port} answers in ${Math.round(latencyMs)} ms, usually in ${Math.round(usual)} ms`,
  };
  return [...disksJudged, memoryJudged, latencyJudged];
}

interface AlertOf {
  /** Key while it is a warning, and once it is critical: an open alert keeps the severity that it was raised with. */
  readonly warning: string;
  readonly critical: string;
  readonly hints: readonly string[];
  readonly because: string | null;
}

const room = ['orchestrate health', answerCommand('disk-full'), 'orchestrate restore prune --dry-run'];
const memory = ['orchestrate health', answerCommand('out-of-memory')];
const slow = ['orchestrate health', 'orchestrate service logs'];
const alerts: Readonly<Record<string, AlertOf>> = {
  disk: { warning: 'disk:short', critical: 'disk:full', hints: room, because: null },
  memory: { warning: 'memory:short', critical: 'memory:full', hints: memory, because: null },
  latency: { warning: 'service:slow', critical: 'service:slow', hints: slow, because: 'service:down' },
};

async function alert(engine: Engine, { what, sentence }: Judged, told: Level): Promise<void> {
  const [kind = '', name] = what.split(':');
  const found = alerts[kind];
  if (found === undefined) throw new Error(`nobody said what alert ${what} is`);
  // The disk that holds the home is the one that everything here needs.
  const end = kind === 'disk' && name !== 'home' ? `:${name}` : '';
  const [warning, critical] = [`${found.warning}${end}`, `${found.critical}${end}`];
  const seq = engine.ledger.latest(`health:${what}`)?.seq;
  const evidence = seq === undefined ? [] : [`#${seq}`];
  if (told === 'good') await resolveAlert(engine, warning, evidence);
  if (told !== 'critical' && critical !== warning) await resolveAlert(engine, critical, evidence);
  if (told === 'good') return;
  const { hints, because } = found;
  const key = told === 'critical' ? critical : warning;
  await raiseAlert(engine, { key, severity: told, sentence: `${capital(sentence)}.`, evidence, because, hints });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
