import { Fault } from '../../../base/fault.ts';
import { composedInstance } from '../../instances/start.ts';
import type { Shown } from '../end-alerts.ts';

/** The service lists the node. */
export const shownByNode: Shown = async (engine, { culprit }, { instance }) => {
  const node = /^node:(.+)$/.exec(culprit ?? '')?.[1];
  if (node === undefined) return undefined;
  const { port } = composedInstance(engine, instance);
  try {
    const classes = await engine.outside.service.nodeClasses(`http://127.0.0.1:${port}`);
    return classes.includes(node) ? [`${instance} lists the node ${node}`] : undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
};
