import { describe, expect, it } from 'vitest';

import { takeTools, withInitTools } from '../../../../src/app/init/init-tools.ts';
import { createFakeFiles, type FakeFiles } from '../../../fakes/fake-files.ts';
import { machine } from './init-scene.ts';

const from = '/tmp/orchestrate-init-1';
const to = '/state/tools';
const pip = 'pip-23.0/pip/__main__.py';

async function write(files: FakeFiles, path: string, text: string): Promise<void> {
  await files.ensureDir(path.slice(0, path.lastIndexOf('/')));
  await files.writeAtomic(path, text);
}

describe('what planning has prepared', () => {
  it('is taken over as a whole', async () => {
    const files = createFakeFiles();
    await files.ensureDir('/state');
    await write(files, `${from}/${pip}`, 'pip');
    await takeTools(files, { from, to });
    expect(await files.readText(`${to}/${pip}`)).toBe('pip');
    expect(await files.list('/state')).toEqual(['tools']);
  });

  it('is copied anew when a copy was interrupted', async () => {
    const files = createFakeFiles();
    await write(files, `${from}/${pip}`, 'pip');
    await write(files, `${to}.taken/pip-23.0/half`, 'half');
    await takeTools(files, { from, to });
    expect(await files.list(`${to}/pip-23.0`)).toEqual(['pip']);
  });

  it('is left where tools are already, and where nothing was prepared nothing is made', async () => {
    const files = createFakeFiles();
    await takeTools(files, { from, to });
    expect(await files.info(to)).toBeUndefined();
    await write(files, `${to}/${pip}`, 'ours');
    await write(files, `${from}/${pip}`, 'other');
    await takeTools(files, { from, to });
    expect(await files.readText(`${to}/${pip}`)).toBe('ours');
  });

  it('is gone when the work is over, however it ended', async () => {
    const { app, files } = machine();
    const seen: string[] = [];
    const work = async (dir: string): Promise<never> => {
      seen.push(dir);
      await write(files, `${dir}/${pip}`, 'pip');
      throw new Error('no');
    };
    await expect(withInitTools(app, work)).rejects.toThrow('no');
    expect(seen).toHaveLength(1);
    expect(await files.info(seen[0] ?? '')).toBeUndefined();
  });
});
