import { dataOf } from '../../../domain/journal/kinds.ts';
import type { Engine } from '../../engine.ts';
import { readDeclaration } from '../../instances/compose.ts';
import { createProofs } from '../../proofs/proofs.ts';
import { proveAll } from '../../proofs/prove-all.ts';
import type { AheadAsked } from '../template.ts';

/**
 * Everything that a gate proves. Where that needs a graphics card it is somebody's: then only the environment is built, and its
 * modules imported, which is most of the time that a gate takes.
 */
export async function proveComfyAhead(engine: Engine, asked: AheadAsked): Promise<'proven' | 'partly'> {
  const { owner, tree, port, signal } = asked;
  const { index } = engine.config.python;
  const proofs = createProofs(engine, { run: owner, effectKey: owner, port, signal, index });
  const { config } = await readDeclaration(engine, tree);
  const needsCard = !config.service.args.includes('--cpu') && (await hasCard(engine));
  if (needsCard) await proofs.imports(tree);
  else await proveAll(proofs, tree);
  return needsCard ? 'partly' : 'proven';
}

/** The machine shows a card, or production was seen to compute on something else than the processor. */
async function hasCard(engine: Engine): Promise<boolean> {
  if ((await engine.outside.accelerators.probe()).kind !== 'none') return true;
  const production = dataOf('instance.composed', engine.ledger.latest('composed:production'));
  const up = engine.ledger.latest(`instance-up:${production?.instance}`);
  const device = (dataOf('instance.proven', up) ?? dataOf('instance.answered', up))?.device ?? 'cpu';
  return !device.startsWith('cpu');
}
