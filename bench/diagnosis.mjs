// Diagnosis of a log of 100 MB: lines a second, MB a second, and the ratio to `grep -c` with one pattern over the same file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { createLogFiles } from '../src/adapters/log-files/log-files.ts';
import { diagnose } from '../src/domain/diagnosis/diagnose.ts';
import { createMatcher } from '../src/domain/diagnosis/matcher.ts';

const MB = 1_000_000;
const sizeBytes = 100 * MB;
const quiet = `got prompt
model weight dtype torch.float16, manual cast: None
Requested to load SDXLClipModel
loaded completely 9.5367431640625e+25 1560.802734375 True
  0%|          | 0/20 [00:00<?, ?it/s]\r 50%|█████     | 10/20 [00:01<00:01,  8.93it/s]\r100%|██████████| 20/20 [00:02<00:00,  8.07it/s]
Prompt executed in 3.64 seconds
`;
const failure = `got prompt
!!! Exception during processing !!! Allocation on device
Traceback (most recent call last):
  File "/srv/ComfyUI/execution.py", line 496, in execute
    output_data, output_ui = get_output_data(obj, input_data_all)
  File "/srv/ComfyUI/custom_nodes/Upscale/nodes.py", line 5, in run
torch.OutOfMemoryError: Allocation on device
Got an OOM, unloading all loaded models.
Prompt executed in 2.87 seconds
`;

const dir = mkdtempSync(`${tmpdir()}/bench-diagnosis-`);
try {
  const path = `${dir}/comfyui.log`;
  const block = Buffer.from(quiet.repeat(200) + failure);
  const file = openSync(path, 'w');
  for (let written = 0; written < sizeBytes; written += block.length) writeSync(file, block);
  closeSync(file);
  const { size } = statSync(path);

  const grep = timed(() => execFileSync('grep', ['-c', 'OutOfMemoryError', path], { encoding: 'utf8' }).trim());
  const files = createLogFiles();
  const began = performance.now();
  const matcher = createMatcher();
  for await (const { lines } of files.read(path)) matcher.add(path, lines);
  const found = diagnose(matcher.read());
  const ms = performance.now() - began;
  const { nLines } = matcher.read();

  const [one] = found;
  if (found.length !== 1 || String(one.finding.times) !== grep.value)
    throw new Error(`found ${one?.finding.times} errors, grep ${grep.value}`);
  console.log(
    `size                ${(size / MB).toFixed(0)} MB, ${nLines} lines, ${one.finding.times} errors of ${one.finding.signature}`,
  );
  console.log(`diagnose            ${ms.toFixed(0)} ms, ${(size / MB / (ms / 1000)).toFixed(0)} MB/s`);
  console.log(`grep -c, 1 pattern  ${grep.ms.toFixed(0)} ms, ${(size / MB / (grep.ms / 1000)).toFixed(0)} MB/s`);
  console.log(`ratio               ${(ms / grep.ms).toFixed(1)} times grep`);
  console.log(`memory              ${(process.memoryUsage.rss() / MB).toFixed(0)} MB resident`);
} finally {
  rmSync(dir, { recursive: true });
}

function timed(work) {
  const began = performance.now();
  const value = work();
  return { value, ms: performance.now() - began };
}
