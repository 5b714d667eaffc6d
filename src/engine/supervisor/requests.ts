import { Fault, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { RequestKind } from '../../domain/requests.ts';
import type { LedgerRequest } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { alertRequests } from '../requests/alerts.ts';
import { conditionRequests } from '../requests/conditions.ts';
import { doctorRequests } from '../requests/doctor.ts';
import { answerAlone, type Handlers } from '../requests/handler.ts';
import { hookRequests } from '../requests/hooks.ts';
import { isLong } from '../requests/is-long.ts';
import { outsideRequests } from '../requests/outside.ts';
import { policyRequests } from '../requests/policy.ts';
import { promptRequests } from '../requests/prompts.ts';
import { queueRequests } from '../requests/queue.ts';
import { removalRequests } from '../requests/removal.ts';
import { restoreRequests } from '../requests/restore.ts';
import { reviewRequests } from '../requests/review.ts';
import { runRequests } from '../requests/runs.ts';
import { scaleRequests } from '../requests/scale.ts';
import { scheduleRequests } from '../requests/schedules.ts';
import { secretRequests } from '../requests/secrets.ts';
import { serviceRequests } from '../requests/service.ts';
import { stepRequests } from '../requests/steps.ts';
import { submitRequests } from '../requests/submit.ts';
import { supervisorRequests } from '../requests/supervisor.ts';

/** What other processes may ask, by feature. */
const handlers: Handlers<RequestKind> = {
  ...runRequests,
  ...stepRequests,
  ...reviewRequests,
  ...policyRequests,
  ...queueRequests,
  ...serviceRequests,
  ...promptRequests,
  ...outsideRequests,
  ...restoreRequests,
  ...submitRequests,
  ...scaleRequests,
  ...removalRequests,
  ...conditionRequests,
  ...doctorRequests,
  ...alertRequests,
  ...scheduleRequests,
  ...secretRequests,
  ...hookRequests,
  ...supervisorRequests,
};

/** Takes one request. Its answer is written in the commit that carries it out, so that a kill never does it twice. */
export async function takeRequest(engine: Engine, request: LedgerRequest): Promise<void> {
  try {
    const handler = (
      handlers as unknown as Record<
        string,
        ((engine: Engine, data: JsonObject, id: number) => Promise<void>) | undefined
      >
    )[request.kind];
    if (!handler)
      throw new Fault('USAGE_BAD_ARGUMENT', `The supervisor does not know requests of kind ${request.kind}.`);
    await handler(engine, request.data, request.id);
  } catch (error) {
    if (error instanceof Fault && error.code === 'EPOCH_OLD') throw error;
    // Everything that is not long is a row or none.
    const isRow = error instanceof Fault && !isLong(request.kind);
    await refuseRequest(engine, request.id, isRow ? error.withState('Nothing was changed.') : error);
  }
}

/** Answers a request with the fault that keeps it from being carried out. */
export const refuseRequest = (engine: Engine, id: number, error: unknown): Promise<void> =>
  answerAlone(engine, id, { kind: 'refused', fault: faultRecord(error) });
