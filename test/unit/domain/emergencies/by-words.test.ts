import { expect, it } from 'vitest';

import { signsOfWords } from '../../../../src/domain/emergencies/by-words.ts';
import { emergencies, type Emergency } from '../../../../src/domain/emergencies/emergency.ts';

const rows: readonly (readonly [said: string, ...emergencies: Emergency[]])[] = [
  ['out of memory', 'out-of-memory'],
  ['CUDA out of memory', 'out-of-memory'],
  ['it says OOM in every prompt', 'out-of-memory'],
  ['out of VRAM at 1024x1024', 'out-of-memory'],
  ['torch.OutOfMemoryError: Allocation on device', 'out-of-memory'],
  ['memory is full', 'out-of-memory'],
  ['not enough memory', 'out-of-memory'],
  ['server does not answer', 'emergency-unresponsive'],
  ["ComfyUI won't start", 'emergency-unresponsive'],
  ['ComfyUI doesn’t open', 'emergency-unresponsive'],
  ['the server is down', 'emergency-unresponsive'],
  ['it crashed', 'emergency-unresponsive'],
  ['connection refused', 'emergency-unresponsive'],
  ['the page times out', 'emergency-unresponsive'],
  ['it hangs', 'emergency-unresponsive'],
  ['502', 'emergency-unresponsive'],
  ['disk is full', 'disk-full'],
  ['No space left on device', 'disk-full'],
  ['the drive has no room', 'disk-full'],
  ['disk quota exceeded', 'disk-full'],
  ['OSError ENOSPC', 'disk-full'],
  ['it is black since the update', 'bad-upgrade'],
  ['black pictures', 'bad-upgrade'],
  ['pictures come out black', 'bad-upgrade'],
  ['since I updated torch everything is slow', 'bad-upgrade'],
  ['the upgrade broke it', 'bad-upgrade'],
  ['worked yesterday', 'bad-upgrade'],
  ['the gpu is gone', 'gpu-lost'],
  ['no CUDA GPUs are available', 'gpu-lost'],
  ['nvidia-smi fails', 'gpu-lost'],
  ['CUDA error: an illegal memory access was encountered', 'gpu-lost'],
  ['my graphics card was lost after suspend', 'gpu-lost'],
  ['NVRM: Xid 79', 'gpu-lost'],
  ['a model is missing', 'model-missing'],
  ["can't find my checkpoint", 'model-missing'],
  ['Value not in list: ckpt_name', 'model-missing'],
  ['checkpoints not found', 'model-missing'],
  ['HeaderTooLarge', 'model-missing'],
  ['nodes are red', 'node-import-failed'],
  ['IMPORT FAILED', 'node-import-failed'],
  ["ModuleNotFoundError: No module named 'cv2'", 'node-import-failed'],
  ['custom nodes are missing', 'node-import-failed'],
  ['node pack broken', 'node-import-failed'],
  ['the queue is stuck', 'queue-stuck'],
  ['prompt never finishes', 'queue-stuck'],
  ['it is stuck at 40 %', 'queue-stuck'],
  ['nothing comes out', 'queue-stuck'],
  ['out of memory since the upgrade', 'out-of-memory', 'bad-upgrade'],
  ['server does not answer since the merge of torch', 'bad-upgrade', 'emergency-unresponsive'],
  ['the queue hangs and the disk is full', 'disk-full', 'queue-stuck'],
  ['the disk is not full but it hangs', 'emergency-unresponsive'],
  ["the gpu isn't lost, the queue is stuck", 'queue-stuck'],
  ['it is not out of memory'],
  ['pictures are not black any more'],
  ['the queue is not yet stuck'],
  ['nothing is out of memory, the server is down', 'emergency-unresponsive'],
  ['not the disk is full: the card is gone', 'gpu-lost'],
  ['it was not out of memory yesterday, and is out of memory now', 'out-of-memory'],
  ['it does not work and the disk is full', 'disk-full'],
  ['the model was not found', 'model-missing'],
  ['hello'],
  ['help'],
  ['please make a picture of a cat'],
  ['upgrade pytorch'],
  ['what is my model folder'],
  [''],
];

it.each(rows)('%s', (said, ...expected) => {
  expect(signsOfWords(said).map(({ emergency }) => emergency)).toEqual(expected);
});

it.each(emergencies)('the name of a playbook is taken as it is: %s', (id) => {
  expect(signsOfWords(id)).toEqual([expect.objectContaining({ emergency: id, sentence: `you say "${id}"` })]);
  expect(signsOfWords(id.replaceAll('-', ' ').toUpperCase()).map(({ emergency }) => emergency)).toEqual([id]);
});

it('of long texts the beginning counts', () => {
  expect(signsOfWords(`${'a '.repeat(200)}disk is full`)).toHaveLength(1);
  expect(signsOfWords(`${'a '.repeat(300)}disk is full`)).toEqual([]);
});
