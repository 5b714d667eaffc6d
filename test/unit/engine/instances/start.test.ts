import { describe, expect, it } from 'vitest';

import { by, supervised } from '../supervisor/supervised-scene.ts';

const started = (log: readonly string[], ends: 'answers' | 'silent') =>
  supervised(undefined, (world) => {
    world.service.boot = () => ({ ends, log });
  });

describe('the start of production', () => {
  it('records what its log says of it, beside who answers', async () => {
    const scene = await started(['Starting server', '', 'To see the GUI go to: http://127.0.0.1:8188'], 'answers');
    await scene.ask('service.start', { by });
    expect(scene.latest('instance.proven')).toMatchObject({ ownsSocket: true, logMark: 'To see the GUI go to:' });
  });

  it('is as good where the log says nothing', async () => {
    const scene = await started([], 'answers');
    await scene.ask('service.start', { by });
    expect(scene.latest('instance.proven')).toMatchObject({ ownsSocket: true, logMark: null });
  });

  it.each([
    [['Starting server'], 'Its log says "Starting server", but /system_stats is not answered'],
    [['Loading: ComfyUI-Manager'], 'its log does not say "Starting server"'],
  ])('that runs out of time with %j in its log says what is missing', async (log, said) => {
    const scene = await started(log, 'silent');
    const answer = await scene.ask('service.start', { by });
    expect(JSON.stringify(answer)).toContain(JSON.stringify(said).slice(1, -1));
    expect(JSON.stringify(answer)).toContain('INSTANCE_UNHEALTHY');
  });
});
