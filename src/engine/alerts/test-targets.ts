import { Fault, faultRecord } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { accepted } from '../requests/handler.ts';
import { noticeTarget } from './targets.ts';

/**
 * Sends a notice that says that it is a test, to one target or to all, and writes for each whether it arrived, with the answer. A test
 * counts for no limit, and a target that fails it is not left alone for that. Fault: `ALERT_TARGET_NOT_FOUND`.
 */
export async function testTargets(
  engine: Engine,
  { target: name, request }: { readonly target: string | null; readonly request: number },
): Promise<void> {
  const { config, outside } = engine;
  const targets = config.alerts.targets.filter((one) => name === null || one.name === name);
  if (targets.length === 0)
    throw new Fault(
      'ALERT_TARGET_NOT_FOUND',
      name === null ? 'No target is configured.' : `No target ${name} is configured.`,
      { hints: ['Add one below alerts.targets in orchestrate.yaml', 'orchestrate schema config'] },
    );
  const rows: NewEntry[] = [];
  for (const target of targets) {
    const told = { target: target.name, occasion: 'test', alerts: [], attempt: 1 } as const;
    const keys = [`test:${target.name}:${request}`];
    try {
      await engine.perform(
        {
          key: `tell:${target.name}:test:${request}`,
          name: `try to tell ${target.name}`,
          input: { target: target.name },
          run: null,
        },
        {
          act: async () => {
            await outside.notifier.send(noticeTarget(target), testNotice(config.name));
            return {};
          },
        },
      );
      rows.push(row('alert.told', told, { keys }));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'NOTICE_FAILED') throw error;
      rows.push(row('alert.notTold', { ...told, fault: faultRecord(error), nextAtMs: null }, { keys }));
    }
  }
  await engine.ledger.append(rows, accepted(request, null, String(request)));
}

const testNotice = (about: string) => ({
  title: `${about}: a test`,
  text: `This is a test: alerts of ${about} arrive here.\n\nOn the machine: orchestrate alerts list`,
  severity: 'informational' as const,
  key: 'alerts:test',
  data: { installation: about, occasion: 'test', alerts: [] },
});
