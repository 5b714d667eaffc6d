import type { Component } from '../../domain/instances/components.ts';
import type { EngineContext } from '../context.ts';
import { writeBaseline } from './baseline.ts';
import { readOutsideState } from './read-state.ts';

/** Takes the adopted folder as it is now for what outside changes are counted from: right after it was taken. A repeat is safe. */
export async function takeFirstBaseline(context: EngineContext, components: readonly Component[]): Promise<void> {
  const known = new Set(components.map(({ path }) => path));
  await writeBaseline(context, await readOutsideState(context, known), 'init');
}
