import { Fault } from '../../base/fault.ts';
import type { Tree } from '../definitions/types.ts';
import { kindOf, nameOf } from './address.ts';
import type { NewMessage } from './message.ts';

/**
 * Returns why a sender may not speak on a channel; undefined: it may, or the message is for none. An agent speaks on the channels that
 * its tree publishes, by whichever door it came; a person on any. Fault: `CHANNEL_NOT_YOURS`.
 */
export function foreignChannel(
  { from, to }: Pick<NewMessage, 'from' | 'to'>,
  tree: Pick<Tree, 'id' | 'channels'>,
): Fault | undefined {
  if (kindOf(to) !== 'topic' || kindOf(from) !== 'agent' || tree.channels.includes(nameOf(to))) return undefined;
  const { id, channels } = tree;
  return new Fault('CHANNEL_NOT_YOURS', `${nameOf(from)} works in ${id}, which does not publish ${nameOf(to)}.`, {
    hints: [`It publishes: ${channels.join(', ') || 'nothing'}`, `trees/${id}.yaml: channels`],
    state: 'Nothing was sent.',
    data: { tree: id, topic: nameOf(to), channels },
  });
}
