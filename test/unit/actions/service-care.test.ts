import { describe, expect, it } from 'vitest';

import type { ActionContext } from '../../../src/actions/_context.ts';
import type { ServiceDiagnosis, ServiceFinding, ServiceSeen } from '../../../src/actions/_service-care.ts';
import { serviceLook } from '../../../src/actions/service-look.ts';
import { servicePreserve } from '../../../src/actions/service-preserve.ts';
import { spaceTrim } from '../../../src/actions/space-trim.ts';
import { Fault } from '../../../src/base/fault.ts';

const at = { slot: { name: 'ops-maint', dir: '/x', port: 8190, homePort: 8190 }, productionPort: 8188 };
const seen: ServiceSeen = {
  ...{ instance: 'i3', port: 8188, state: 'answers', latencyMs: 12, prompt: 'p1', moves: 'no', isOurs: true },
  hang: { cause: 'queue', stillMs: 46_000 },
  queue: { running: 1, pending: 2 },
  process: { pid: 7, residentBytes: 1, cpuMs: 1, openFiles: null, state: 'D' },
  listener: 'pid 7: main.py --token=abcdefgh',
  devices: [],
  holders: [],
  disks: [{ name: 'home', path: '/home/anna', freeBytes: 2e9, totalBytes: 1e12, level: 'critical' }],
  memory: { totalBytes: 2, availableBytes: 1 },
  graphics: 'no NVIDIA driver, or no card',
};
const finding: ServiceFinding = {
  ...{ signature: 'S43', name: 'worker-dead', severity: 'critical', culprit: null, times: 1, because: null },
  ...{ isOver: false, how: 'automatic', mend: 'Restart.', line: 4, text: 'x', tested: [] },
  sentence: 'The worker is dead.',
};
const diagnosis: ServiceDiagnosis = {
  ...{ seen, source: 'file', nLines: 9 },
  findings: [
    finding,
    {
      ...finding,
      signature: 'S59',
      sentence: 'A model holds code.',
      how: 'never',
      mend: 'Set it aside.',
      isOver: true,
    },
  ],
  restart: { how: 'automatic', reason: 'S43: The worker is dead.' },
};

const running = {
  prompt_id: 'p1',
  prompt: { 3: { class_type: 'KSampler', inputs: { api_key: 'verysecretvalue' } } },
  extra_data: { auth_token_comfy_org: 'abcdefgh' },
};

async function preserve(keep: () => Promise<never[]>, text: string) {
  const kept: Record<string, string>[] = [];
  const context = {
    serviceLog: async () => ({ instance: 'i3', source: 'file', text, isCut: false }),
    service: {
      see: async () => seen,
      running: async () => [running],
      keep: async (files: Record<string, string>) => {
        kept.push(files);
        return keep();
      },
    },
  } as unknown as ActionContext;
  const output = servicePreserve.output.parse(await servicePreserve.run(context, {}));
  return { output, kept: kept[0] ?? {}, sentence: servicePreserve.describe(output, at) };
}

describe('service.preserve', () => {
  it('keeps the log and the facts without secrets', async () => {
    const { kept, output, sentence } = await preserve(async () => [], 'up\ntoken=hf_abcdefghijklmnop1234\n');
    expect(Object.keys(kept)).toEqual(['log.txt', 'prompts.txt', 'facts.json']);
    expect(kept['prompts.txt']).toContain('KSampler');
    expect(Object.values(kept).join('') + JSON.stringify(output)).not.toMatch(/hf_abc|abcdefgh|verysecret/);
    expect(sentence).toBe(
      'i3 answers in 12 ms, 1 running and 2 waiting, and the kernel holds its process 7; 2.0 GB free at /home/anna; no NVIDIA driver, or no card; 2 lines of its log and 0 files kept',
    );
  });

  it('reports what is known where the disk has no room for files', async () => {
    const full = async () => Promise.reject(new Fault('DISK_FULL', 'No room is left.'));
    const { output, sentence } = await preserve(full, 'up\n');
    expect(output).toMatchObject({ files: [], unkept: 'No room is left.' });
    expect(sentence).toContain('no file was kept: No room is left.');
  });

  it('lets every other fault through', async () => {
    const denied = async () => Promise.reject(new Fault('FILE_ACCESS', 'No.'));
    await expect(preserve(denied, '')).rejects.toMatchObject({ code: 'FILE_ACCESS' });
  });
});

describe('service.look', () => {
  it('says what is wrong and who mends it', async () => {
    const asked: unknown[] = [];
    const service = {
      diagnose: async (options: unknown) => {
        asked.push(options);
        return diagnosis;
      },
    };
    const context = { service } as unknown as ActionContext;
    const output = serviceLook.output.parse(await serviceLook.run(context, serviceLook.input.parse({ watch: '60' })));
    expect(asked).toEqual([{ watchMs: 60_000 }]);
    expect(output.live).toEqual(['S43']);
    expect(serviceLook.describe(output, at)).toBe(
      'i3 answers in 12 ms, 1 running and 2 waiting, and the kernel holds its process 7, and does not get on; 2 known failures in 9 lines; S43 The worker is dead.; S59 (over) A model holds code. by a person: Set it aside.; restart: automatic. S43: The worker is dead.',
    );
  });

  it.each(['-1', '1.5', '9999', 'long'])('takes no watch of %s', (watch) => {
    expect(serviceLook.input.safeParse({ watch }).success).toBe(false);
  });
});

describe('space.trim', () => {
  it('asks for what is older, and says what only a person clears', async () => {
    const asked: unknown[] = [];
    const trimmed = { nLogs: 2, nTemporary: 3, bytes: 5e6, freeBytes: 6e9, trashBytes: 7e9 };
    const service = { trim: async (options: unknown) => (asked.push(options), trimmed) };
    const output = await spaceTrim.run({ service } as unknown as ActionContext, spaceTrim.input.parse({}));
    expect(asked).toEqual([{ olderMs: 7 * 86_400_000 }]);
    expect(spaceTrim.describe(output, at)).toBe(
      '2 logs and 3 temporary pictures removed, 5 MB; 6.0 GB are free; 7.0 GB lie in the trash, which only a person empties',
    );
    expect(spaceTrim.input.safeParse({ older: '1s' }).success).toBe(false);
  });
});
