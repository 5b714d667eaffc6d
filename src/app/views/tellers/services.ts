import type { ServiceRows } from '../../../domain/journal/rows/services.ts';
import { bytesText } from '../../../domain/plans/amounts.ts';
import { countText, listText, spanText } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const servicesTellers: TellersOf<ServiceRows> = {
  'freeze.set': ({ isFrozen, reason, production, by }) =>
    isFrozen
      ? `everything is frozen by ${by.name}${reason === null ? '' : `: ${reason}`}${production === null ? '' : `. ${production}`}`
      : `${by.name} lets work go on`,
  'freeze.done': ({ runs, stopped, leases, ending, durationMs }) =>
    `at rest after ${spanText(durationMs)}: ${countText(runs.length, 'run')} held, ${countText(leases.length, 'lease')} kept, ${stopped.length === 0 ? 'no program had to be stopped' : `stopped ${listText(stopped)}`}${ending.length === 0 ? '' : `; ${listText(ending)} cannot be broken off and goes on to its end`}`,
  'service.judged': ({ instance, restarts, nth, reason }) =>
    `production ${instance} died: ${restarts ? `it is started again, restart ${nth}` : `it stays down, ${reason ?? ''}`}`,
  'service.restarted': ({ instance, nth, now, fault }) =>
    now === null
      ? `restart ${nth} after the death of ${instance} failed: ${fault === null ? '' : `${fault.code} ${fault.message}`}`
      : `${now} is production after the death of ${instance}, restart ${nth}`,
  'prompt.givenUp': ({ instance, promptId }) =>
    `prompt ${promptId} is not queued again: two servers died under it, ${instance} was the last; it is kept as queues/${instance}.given-up.json in the state folder`,
  'prompt.cancelled': ({ promptId, port, was, by }) => {
    const what = {
      running: 'it was running and is stopped',
      waiting: 'it was waiting and is off the queue',
      absent: 'it was gone by then',
      stays: 'the server was told; it stops after the node that it is in',
    };
    return `${by.name} cancels prompt ${promptId} on :${port}: ${what[was]}`;
  },
  'service.freed': ({ port, device, beforeBytes, afterBytes, nBusy, by }) =>
    `${by.name} has :${port} take its models out of memory: ${
      beforeBytes === null || afterBytes === null
        ? 'it does not say how much is free'
        : `${bytesText(beforeBytes)} free before, ${bytesText(afterBytes)} after on ${device ?? 'its device'}`
    }${nBusy === 0 ? '' : `; ${countText(nBusy, 'prompt')} first`}`,
  'service.back': ({ instance }) => `production is up again as ${instance}`,
  'service.hung': ({ instance, cause, subject, stillMs, limitMs, isHeldByKernel }) => {
    const what = {
      worker: 'answers, and the thread that runs its prompts is dead',
      silent: `has not answered for ${spanText(stillMs)}, and its process is there`,
      queue: `answers, and ${subject ?? 'what waits'} has shown no progress for ${spanText(stillMs)} (limit ${spanText(limitMs)})`,
    };
    return `production ${instance} ${what[cause]}${isHeldByKernel ? '; the kernel holds its process' : ''}`;
  },
  'service.unhung': ({ instance, how }) =>
    how === 'moves' ? `production ${instance} moves again` : `production ${instance}, which hung, was ended`,
  'slot.shown': ({ slot, instance, port, forMs, by }) =>
    `${by.name} looks at ${slot}: ${instance} on :${port}, for ${spanText(forMs)} at most`,
  'slot.hidden': ({ slot, instance, why }) =>
    `${instance}, which showed ${slot}, ${{ time: 'is stopped: its time is over', asked: 'is stopped', ended: 'ended by itself' }[why]}`,
  'service.bySwarm': ({ act, backends }) =>
    `SwarmUI was asked to ${act} ComfyUI: ${listText(backends.map(({ id, status }) => `backend ${id} is ${status}`))}`,
};
