import type { OutsideDifference } from '../../src/domain/outside/difference.ts';
import type { ComponentState } from '../../src/domain/outside/state.ts';
import { installedScene } from './journal-scene.ts';
import type { SceneLedger } from './scene-ledger.ts';

export const sinceMs = Date.UTC(2026, 7, 20, 9);
export const foundMs = Date.UTC(2026, 7, 23, 11, 42);

/** Returns a pack as it lies in the adopted folder. */
export function pack(name: string, given: Partial<ComponentState> = {}): ComponentState {
  const path = name === '.' ? '.' : `custom_nodes/${name}`;
  return {
    path,
    place: path,
    state: 'in use',
    tree: 'a'.repeat(40),
    reason: null,
    source: `https://example.org/${name}`,
    commit: '1'.repeat(40),
    isTracked: false,
    version: null,
    ...given,
  };
}

export const packAdded: OutsideDifference = {
  id: 'o1',
  kind: 'component',
  subject: 'custom_nodes/rgthree-comfy',
  how: 'added',
  name: 'rgthree-comfy',
  from: null,
  to: '1.0.2',
  details: [],
  nDetails: 0,
  when: { fromMs: foundMs, toMs: foundMs },
  who: { name: 'ComfyUI-Manager', fact: 'it wrote .tracking into the pack, as it does for a registry install' },
  mark: 'in use b',
  take: {
    kind: 'component',
    component: {
      id: 'rgthree-comfy',
      path: 'custom_nodes/rgthree-comfy',
      source: 'https://example.org/rgthree-comfy',
      commit: null,
      tree: 'b'.repeat(40),
    },
  },
  whyNot: null,
};

export const packagesMoved: OutsideDifference = {
  id: 'o2',
  kind: 'packages',
  subject: '/srv/ComfyUI/venv/bin/python',
  how: 'changed',
  name: '2 packages',
  from: null,
  to: null,
  details: ['numpy 2.0.0 → 1.26.4', 'opencv-python 4.10.0 added'],
  nDetails: 2,
  when: null,
  who: { name: 'pip', fact: 'INSTALLER of the packages says pip' },
  mark: 'f1',
  take: { kind: 'packages' },
  whyNot: null,
};

export const modelsAdded: OutsideDifference = {
  id: 'o3',
  kind: 'models',
  subject: 'models/loras',
  how: 'changed',
  name: 'models/loras',
  from: '3 files, 1.0 MB',
  to: '4 files, 2.0 MB',
  details: [],
  nDetails: 0,
  when: null,
  who: { name: null, fact: null },
  mark: 'm1',
  take: null,
  whyNot: 'models stay where they are: they are told, never taken',
};

/** An installation in which a Manager, pip and a download were at work. */
export function outsideScene(
  differences: readonly OutsideDifference[] = [packAdded, packagesMoved, modelsAdded],
): SceneLedger {
  const scene = installedScene();
  scene.add(
    'outside.baseline',
    { digest: 'd'.repeat(64), why: 'first look', atMs: sinceMs, nComponents: 2 },
    { keys: ['outside:baseline'] },
  );
  scene.add(
    'outside.found',
    { occasion: 'service start', sinceMs, last: differences.length, differences },
    { keys: ['outside:found'] },
  );
  return scene;
}
