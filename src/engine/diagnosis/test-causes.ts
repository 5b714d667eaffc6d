import type { Diagnosed } from '../../domain/diagnosis/diagnose.ts';
import type { TestedCause } from '../../domain/diagnosis/tested.ts';
import type { EngineContext } from '../context.ts';
import { testDiskRoom } from './tests/disk-room.ts';
import { testGraphicsCard } from './tests/graphics-card.ts';
import { testModelHeader } from './tests/model-header.ts';
import { testModuleImport } from './tests/module-import.ts';
import { testPortOwner } from './tests/port-owner.ts';

/** Tests one finding, or answers undefined where it does not apply. Changes nothing; a repeat is safe. */
export type CauseTest = (
  context: EngineContext,
  found: Diagnosed,
) => Promise<Omit<TestedCause, 'signature'> | undefined>;

const tests: readonly CauseTest[] = [testPortOwner, testDiskRoom, testGraphicsCard, testModuleImport, testModelHeader];
/** So that a log with a thousand missing modules does not start a thousand interpreters. */
const maxTests = 20;

/** Tests the findings on this machine, each where there is a test for it. What a test cannot tell is `unclear`, never a fault. */
export async function testCauses(context: EngineContext, found: readonly Diagnosed[]): Promise<readonly TestedCause[]> {
  const tested: TestedCause[] = [];
  for (const one of found) {
    for (const test of tests) {
      if (tested.length >= maxTests) return tested;
      const outcome = await test(context, one);
      if (outcome !== undefined) tested.push({ signature: one.finding.signature, ...outcome });
    }
  }
  return tested;
}
