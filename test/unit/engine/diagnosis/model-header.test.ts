import { describe, expect, it } from 'vitest';

import type { Diagnosed } from '../../../../src/domain/diagnosis/diagnose.ts';
import { testCauses } from '../../../../src/engine/diagnosis/test-causes.ts';
import { testModelHeader } from '../../../../src/engine/diagnosis/tests/model-header.ts';
import { createWorld, homeDir } from '../../../fakes/fake-world.ts';

const path = `${homeDir}/models/checkpoints/a.safetensors`;
const about = (signature: string, culprit: string | null, line = ''): Diagnosed =>
  ({ finding: { signature, culprit, evidence: [{ source: 'x', line: 1, text: line }] } }) as unknown as Diagnosed;

function safetensors({ missing = 0, header }: { missing?: number; header?: string } = {}): Buffer {
  const json =
    header ??
    JSON.stringify({ __metadata__: { format: 'pt' }, w: { dtype: 'F32', shape: [25], data_offsets: [0, 100] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), Buffer.alloc(100 - missing)]);
}

async function looked(data: string | Uint8Array, signature = 'S56') {
  const world = await createWorld();
  world.files.put(path, data);
  return testModelHeader(world.context as never, about(signature, `model:${path}`));
}

describe('the test of a model file', () => {
  it('says what lies there under the name of a model', async () => {
    const zip = Buffer.concat([
      Buffer.from('PK\u0003\u0004'),
      Buffer.alloc(50),
      Buffer.from('PK\u0005\u0006'),
      Buffer.alloc(18),
    ]);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 6938040682\n`;
    const seen: readonly [string | Uint8Array, string][] = [
      ['<!DOCTYPE html><title>Login</title>', 'web page'],
      [pointer, `Git LFS; the file itself of 6.9 GB was never downloaded, its SHA-256 is ${'ab'.repeat(32)}`],
      ['{"error":"gated"}', 'JSON'],
      [Buffer.from('GGUF\u0003\u0000\u0000\u0000'), 'GGUF'],
      [Buffer.from([0x80, 0x02, 0x8a, 0x0a]), 'pickle of the old form'],
      [zip, 'zip archive: PyTorch writes such, and they may hold code'],
      [zip.subarray(0, 40), 'zip archive of 40 bytes without its end: it is cut off'],
      ['', 'empty'],
      [Buffer.alloc(600), 'zeros'],
    ];
    for (const [data, words] of seen)
      expect(await looked(data, 'S55')).toMatchObject({
        outcome: 'confirmed',
        sentence: expect.stringContaining(words) as string,
      });
  });

  it('tells a file that is cut off by its header, one that is longer, one whose header is no header, and a good one', async () => {
    expect(await looked(safetensors({ missing: 40 }))).toMatchObject({
      outcome: 'confirmed',
      sentence: expect.stringContaining('40 bytes are missing') as string,
    });
    expect(await looked(safetensors().subarray(0, 30))).toMatchObject({
      outcome: 'confirmed',
      sentence: expect.stringContaining('cut off') as string,
    });
    expect(await looked(safetensors({ missing: -5 }))).toMatchObject({
      outcome: 'confirmed',
      sentence: expect.stringContaining('5 bytes longer') as string,
    });
    expect(await looked(safetensors({ header: '{"w":' }))).toMatchObject({
      outcome: 'confirmed',
      sentence: expect.stringContaining('damaged') as string,
    });
    expect(await looked(safetensors())).toMatchObject({ outcome: 'ruled out' });
    expect(await looked(safetensors(), 'S60')).toMatchObject({ outcome: 'ruled out' });
  });

  it('reads nothing outside of the model folders, through no link and by no name that climbs', async () => {
    const world = await createWorld();
    world.files.put('/etc/secret.safetensors', '<html>secret');
    world.files.put(path, '<html>');
    await world.files.link(`${homeDir}/models/checkpoints/link.safetensors`, '/etc/secret.safetensors');
    const look = (name: string) => testModelHeader(world.context as never, about('S55', `model:${name}`));
    for (const name of [
      '/etc/secret.safetensors',
      `${homeDir}/models/checkpoints/link.safetensors`,
      'checkpoints/link.safetensors',
      `../../../../etc/secret.safetensors`,
      `${homeDir}/models/../../../../etc/secret.safetensors`,
    ])
      expect(await look(name)).toMatchObject({ outcome: 'unclear' });
    // The same by a name within: that it is read is what the others show the lack of.
    expect(await look('a.safetensors')).toMatchObject({ outcome: 'confirmed' });
    expect(await look('checkpoints\\a.safetensors')).toMatchObject({ outcome: 'confirmed' });
  });

  it('follows a link within the model folders, and looks into those of extra_model_paths.yaml', async () => {
    const world = await createWorld();
    world.files.put('/data/loras/b.safetensors', '<html>');
    world.files.put(`${homeDir}/models/readme`, '');
    await world.files.link(`${homeDir}/models/linked.safetensors`, '/data/loras/b.safetensors');
    const look = (name: string) => testModelHeader(world.context as never, about('S55', `model:${name}`));
    expect(await look('linked.safetensors')).toMatchObject({ outcome: 'unclear' });
    world.files.put(`${homeDir}/extra_model_paths.yaml`, 'x:\n  base_path: /data\n  loras: loras\n');
    expect(await look('linked.safetensors')).toMatchObject({ outcome: 'confirmed' });
    expect(await look('/data/loras/b.safetensors')).toMatchObject({ outcome: 'confirmed' });
  });

  it('is one of the tests that diagnose makes, also by a path that only the line names; and tells a download that goes on', async () => {
    const world = await createWorld();
    world.files.put(`${homeDir}/models/checkpoints/old.ckpt`, '<html>');
    world.files.put(`${homeDir}/models/checkpoints/old.ckpt.part`, 'x');
    const line = `could not load ${homeDir}/models/checkpoints/old.ckpt: invalid load key, '<'.`;
    const [tested] = await testCauses(world.context as never, [
      about('S60', null, line),
      about('S61', 'model:old.ckpt'),
    ]);
    expect(tested).toMatchObject({ signature: 'S60', test: 'first bytes of old.ckpt', outcome: 'confirmed' });
    expect(tested?.sentence).toMatch(/web page.*Beside it lies old\.ckpt\.part/);
    expect(await testCauses(world.context as never, [about('S60', null, 'no name')])).toEqual([]);
  });
});
