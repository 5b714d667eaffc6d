import type { Place } from '../../domain/bus/mail.ts';
import type { Bus } from '../../ports/index.ts';

/** Long enough for the ack that follows at once. */
const leaseMs = 60_000;

/** Takes a message and is done with it. False when it is over, or with somebody who has not finished. A repeat is safe. */
export async function finish(bus: Bus, { holder, ...place }: Place & { readonly holder: string }): Promise<boolean> {
  const taken = await bus.takeOne(place, { holder, leaseMs });
  return taken !== undefined && (await bus.ack({ ...place, holder })) === 'acked';
}
