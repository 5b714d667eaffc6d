import { describe, expect, it } from 'vitest';

import type { Acceleration } from '../../../../src/domain/environments/acceleration.ts';
import { chooseTorch } from '../../../../src/domain/environments/choose-torch.ts';
import { familyFor } from '../../../../src/domain/environments/cuda-family.ts';
import type { Offer } from '../../../../src/domain/environments/offer.ts';
import { findSpecifiers } from '../../../../src/domain/environments/specifier.ts';
import type { TorchDemand, TorchQuestion } from '../../../../src/domain/environments/torch-question.ts';
import { torchRows } from '../../../../src/domain/environments/torch-table.ts';

// Derived from the tables of torch releases, driver floors and card architectures, and from what users report: an
// index of a CUDA family has the releases that the table gives that family.

const DAY = 86_400_000;
const now = Date.UTC(2026, 9, 15);

type WheelOptions = { tags?: readonly string[]; daysOld?: number; yanked?: string; requiresPython?: string };

function offer(name: string, version: string, options: WheelOptions = {}): Offer {
  const { tags = ['cp312-cp312-manylinux_2_28_x86_64'], daysOld, yanked = null, requiresPython = null } = options;
  const files = tags.map((tag) => ({
    file: `${name}-${version}-${tag}.whl`,
    url: `https://index.example/${name}-${version}-${tag}.whl`,
    sha256: null,
    sizeBytes: null,
    uploadedAtMs: daysOld === undefined ? null : now - daysOld * DAY,
    yanked,
    requiresPython,
  }));
  return { version, files };
}

/** What the index of a family has: the rows of the table, in wheels of one interpreter. */
function familyIndex(tag: string, options: WheelOptions = {}): Map<string, readonly Offer[]> {
  const rows = torchRows.filter((row) => tag === '' || tag === 'cpu' || row.tags.includes(tag));
  const of = (name: 'torch' | 'torchvision' | 'torchaudio'): readonly Offer[] =>
    [...new Set(rows.map((row) => row[name]))].map((v) => offer(name, tag === '' ? v : `${v}+${tag}`, options));
  return new Map([
    ['torch', of('torch')],
    ['torchvision', of('torchvision')],
    ['torchaudio', of('torchaudio')],
  ]);
}

const published = (young: Record<string, number> = {}): Map<string, number | null> =>
  new Map(torchRows.map(({ torch }) => [torch, now - (young[torch] ?? 100) * DAY]));

const card = (name: string, computeCapability: string | null) => ({ name, computeCapability, memoryBytes: 1e10 });
const nvidia = (driver: string, cudaVersion: string | null, ...gpus: ReturnType<typeof card>[]): Acceleration => ({
  kind: 'nvidia',
  driver,
  cudaVersion,
  gpus,
});
const rtx3060 = card('RTX 3060', '8.6');
const rtx4090 = card('RTX 4090', '8.9');
const rtx5090 = card('RTX 5090', '12.0');
const gtx1080 = card('GTX 1080', '6.1');
const v100 = card('Tesla V100', '7.0');
const demand = (by: string, specifier: string): TorchDemand => ({
  by,
  specifier,
  specifiers: findSpecifiers(specifier) ?? [],
});

interface Case extends Partial<Omit<TorchQuestion, 'installed' | 'offers' | 'compiled'>> {
  /** `--cuda` */
  readonly cuda?: string;
  readonly installed?: Record<string, string>;
  readonly offers?: Map<string, readonly Offer[]>;
  readonly compiled?: Record<string, readonly Offer[]>;
}

/** What came of it, as one line: the choice, what fell out, what is warned of. */
function told(change: Case): string {
  const { cuda = '', installed = { torch: '2.8.0+cu128', torchvision: '0.23.0+cu128' }, ...rest } = change;
  const machine = rest.machine ?? nvidia('580.65.06', '13.0', rtx3060);
  const wanted = rest.wanted ?? '';
  const family = rest.family ?? familyFor({ cuda, wanted, installed: installed['torch'] ?? '', machine });
  const answer = chooseTorch({
    python: { version: '3.12.4', abi: 'cp312', platform: 'linux-x86_64' },
    published: published(),
    demands: [],
    nowMs: now,
    minAgeSeconds: (14 * DAY) / 1000,
    refused: new Map(),
    ...rest,
    ...{ machine, wanted, family, ownIndex: rest.ownIndex ?? family !== '' },
    offers: rest.offers ?? familyIndex(family),
    compiled: new Map(Object.entries(rest.compiled ?? {})),
    installed: new Map(Object.entries(installed)),
  });
  const fell = answer.rejected.map(({ version, why }) => `not ${version}: ${why}`);
  switch (answer.kind) {
    case 'none':
      return ['none', ...fell].join(' | ');
    case 'current':
      return [`stays ${answer.torch}`, ...fell].join(' | ');
    case 'chosen': {
      const moves = [...answer.versions].map(([name, version]) => `${name} ${version}`).join(', ');
      return [moves, ...fell, ...answer.warnings.map((warning) => `! ${warning}`)].join(' | ');
    }
  }
}

const keptCu128 = 'no cu128 build (the CUDA family is kept; --cuda changes it)';
const sinceCu128Ended = `not 2.14.1: ${keptCu128} | not 2.14.0: ${keptCu128} | not 2.13.0: ${keptCu128} | not 2.12.0: ${keptCu128}`;
const cu130 = { torch: '2.13.0+cu130', torchvision: '0.28.0+cu130' };
const cu126 = { torch: '2.11.0+cu126', torchvision: '0.26.0+cu126' };
const xformersOffers = ['0.0.32.post2', '0.0.33.post1', '0.0.33.post2', '0.0.35'].map((version) =>
  offer('xformers', version, { tags: ['cp39-abi3-manylinux_2_28_x86_64'] }),
);

const cases: readonly [string, Case, string][] = [
  // The CUDA family.
  [
    'keeps the CUDA family, and says which newer releases have no build of it',
    {},
    `torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ${sinceCu128Ended}`,
  ],
  [
    'takes the family that --cuda names, and with it the newest release',
    { cuda: 'cu130' },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130',
  ],
  [
    'takes the build that the asked version itself names',
    { wanted: '2.10.0+cu130' },
    'torch 2.10.0+cu130, torchvision 0.25.0+cu130',
  ],
  [
    'moves the installed release to another family when only that is asked for',
    { cuda: 'cu126', wanted: '2.8.0' },
    'torch 2.8.0+cu126, torchvision 0.23.0+cu126',
  ],
  [
    'does not leave an old family by itself: cu121 ended with torch 2.5',
    { installed: { torch: '2.5.1+cu121', torchvision: '0.20.1+cu121' }, published: new Map([['2.6.0', null]]) },
    'stays 2.5.1+cu121 | not 2.6.0: no cu121 build (the CUDA family is kept; --cuda changes it)',
  ],
  [
    'says which families there are of a release that was asked for in another',
    { cuda: 'cu121', wanted: '2.11.0' },
    'none | not 2.11.0: no cu121 build, which was asked for: there are cu126, cu128, cu130',
  ],
  [
    'keeps a build for the processor alone, whatever card there is',
    { installed: { torch: '2.8.0+cpu', torchvision: '0.23.0+cpu' } },
    'torch 2.14.1+cpu, torchvision 0.29.1+cpu',
  ],
  [
    'keeps a build for AMD cards, and asks no NVIDIA driver about it',
    {
      installed: { torch: '2.8.0+rocm6.4' },
      machine: { kind: 'unknown', reason: 'NVIDIA-SMI has failed' },
      published: new Map(),
      offers: new Map([['torch', [offer('torch', '2.8.0+rocm6.4'), offer('torch', '2.9.1+rocm6.4', { daysOld: 99 })]]]),
    },
    'torch 2.9.1+rocm6.4',
  ],
  [
    'takes a plain version from the index of the family: on a Mac the wheels name none',
    {
      cuda: 'cpu',
      installed: { torch: '2.8.0', torchvision: '0.23.0' },
      python: { version: '3.12.4', abi: 'cp312', platform: 'macosx-14.0-arm64' },
      machine: { kind: 'none' },
      offers: familyIndex('', { tags: ['cp312-none-macosx_11_0_arm64'] }),
    },
    'torch 2.14.1, torchvision 0.29.1',
  ],
  [
    'never takes the plain build of one index that has both: it may sort as newer',
    {
      ownIndex: false,
      offers: new Map([
        ['torch', [offer('torch', '2.11.0'), offer('torch', '2.9.1+cu128'), offer('torch', '2.9.1')]],
        ['torchvision', [offer('torchvision', '0.26.0'), offer('torchvision', '0.24.1+cu128')]],
      ]),
      published: new Map([['2.9.1', 0]]),
    },
    `torch 2.9.1+cu128, torchvision 0.24.1+cu128 | not 2.11.0: ${keptCu128}`,
  ],
  // Drivers.
  [
    'names both numbers when the driver is too old for the family',
    { cuda: 'cu130', wanted: '2.11.0', machine: nvidia('570.86.10', '12.8', rtx3060) },
    'none | not 2.11.0: cu130 needs driver 580 or newer, and this machine has 570.86.10',
  ],
  [
    'is as strict with CUDA 12 and a driver of CUDA 11',
    { wanted: '2.8.0', installed: { torch: '2.7.1+cu128' }, machine: nvidia('470.256.02', '11.4', rtx3060) },
    'none | not 2.8.0: cu128 needs driver 525 or newer, and this machine has 470.256.02',
  ],
  [
    'lets a newer minor CUDA run on an older driver of the same major, and says so',
    { wanted: '2.11.0', machine: nvidia('535.183.01', '12.2', rtx3060) },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ! driver 535.183.01 serves CUDA 12.2, and cu128 is 12.8: it runs by minor-version compatibility',
  ],
  [
    'does not take an unknown driver for a good one: mismatch of module and library',
    { wanted: '2.11.0', machine: { kind: 'unknown', reason: 'Driver/library version mismatch: restart' } },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ! the driver and the card were not checked: Driver/library version mismatch: restart',
  ],
  [
    'says that nothing can be proven where there is no card',
    { wanted: '2.11.0', machine: { kind: 'none' } },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ! no NVIDIA card was found here: that cu128 runs cannot be proven on this machine',
  ],
  [
    'says that a driver does not tell its CUDA',
    { wanted: '2.11.0', machine: nvidia('570.1', null, rtx3060) },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ! driver 570.1 does not tell which CUDA it serves',
  ],
  [
    'knows that the plain build of Linux is one of cu130 since 2.11, and what driver that needs',
    {
      installed: { torch: '2.10.0', torchvision: '0.25.0' },
      machine: nvidia('570.86.10', '12.8', rtx3060),
      wanted: '2.11.0',
    },
    'none | not 2.11.0: cu130 needs driver 580 or newer, and this machine has 570.86.10',
  ],
  [
    'stops the plain build of Linux at the last release whose CUDA the driver serves',
    {
      installed: { torch: '2.8.0', torchvision: '0.23.0' },
      machine: nvidia('570.86.10', '12.8', rtx3060),
      published: new Map(),
      minAgeSeconds: 0,
    },
    `torch 2.10.0, torchvision 0.25.0 | ${['2.14.1', '2.14.0', '2.13.0', '2.12.0', '2.11.0']
      .map((one) => `not ${one}: cu130 needs driver 580 or newer, and this machine has 570.86.10`)
      .join(' | ')}`,
  ],
  [
    'does not claim to know which CUDA the plain build for another processor is for',
    {
      installed: { torch: '2.8.0', torchvision: '0.23.0' },
      wanted: '2.9.1',
      python: { version: '3.12.4', abi: 'cp312', platform: 'linux-aarch64' },
      offers: familyIndex('', { tags: ['cp312-cp312-manylinux_2_28_aarch64'] }),
    },
    'torch 2.9.1, torchvision 0.24.1 | ! which CUDA the plain build is for is not on record: driver and card were not checked',
  ],
  [
    'says nothing of cards to who has the plain build and none: that is a machine without',
    { installed: { torch: '2.10.0', torchvision: '0.25.0' }, wanted: '2.11.0', machine: { kind: 'none' } },
    'torch 2.11.0, torchvision 0.26.0',
  ],
  [
    'warns of the plain build for Windows, which has no CUDA at all',
    {
      installed: { torch: '2.8.0', torchvision: '0.23.0' },
      wanted: '2.9.1',
      python: { version: '3.12.4', abi: 'cp312', platform: 'win-amd64' },
      offers: familyIndex('', { tags: ['cp312-cp312-win_amd64'] }),
    },
    'torch 2.9.1, torchvision 0.24.1 | ! the plain build for Windows computes on the CPU only; --cuda names another',
  ],
  // --cuda auto.
  [
    'picks by itself the newest family that the driver serves',
    {
      cuda: 'auto',
      machine: nvidia('570.86.10', '12.8', rtx3060),
      wanted: '2.11.0',
      installed: { torch: '2.8.0+cu126' },
    },
    'torch 2.11.0+cu128',
  ],
  [
    'picks by itself an older family for a card that the newer ones left behind',
    { cuda: 'auto', machine: nvidia('580.65.06', '13.0', gtx1080), wanted: '2.11.0' },
    'torch 2.11.0+cu126, torchvision 0.26.0+cu126',
  ],
  [
    'picks cu126 where the driver is not known',
    { cuda: 'auto', machine: { kind: 'unknown', reason: 'nvidia-smi hangs' }, wanted: '2.11.0' },
    'torch 2.11.0+cu126, torchvision 0.26.0+cu126 | ! the driver and the card were not checked: nvidia-smi hangs',
  ],
  [
    'picks the build for the processor where there is no card',
    { cuda: 'auto', machine: { kind: 'none' }, wanted: '2.11.0' },
    'torch 2.11.0+cpu, torchvision 0.26.0+cpu',
  ],
  // Cards.
  [
    'runs 8.9 by code of 8.6: the same major number, no newer minor one',
    { wanted: '2.11.0', machine: nvidia('580.1', '13.0', rtx4090) },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128',
  ],
  [
    'refuses cu126 on a card of 12.0, which it has no code for',
    { installed: cu126, wanted: '2.12.0', machine: nvidia('580.1', '13.0', rtx5090) },
    'none | not 2.12.0: cu126 has no code for RTX 5090 (12.0) (it has 5.0, 6.0, 7.0, 7.5, 8.0, 8.6, 9.0)',
  ],
  [
    'runs a card of 12.0 by cu128',
    { wanted: '2.11.0', machine: nvidia('570.86', '12.8', rtx5090) },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128',
  ],
  [
    'refuses cu130 on a card of 6.1',
    { cuda: 'cu130', wanted: '2.11.0', machine: nvidia('580.1', '13.0', gtx1080) },
    'none | not 2.11.0: cu130 has no code for GTX 1080 (6.1) (it has 7.5, 8.0, 8.6, 9.0, 10.0, 12.0)',
  ],
  [
    'runs a card of 6.1 by the 6.0 code of cu126',
    { installed: cu126, wanted: '2.13.0', machine: nvidia('580.1', '13.0', gtx1080) },
    'torch 2.13.0+cu126, torchvision 0.28.0+cu126',
  ],
  [
    'runs a card of 7.0 by cu128 up to torch 2.9.1',
    { wanted: '2.9.1', machine: nvidia('570.86', '12.8', v100) },
    'torch 2.9.1+cu128, torchvision 0.24.1+cu128',
  ],
  [
    'stops a card of 7.0 at 2.9.1, where cu128 lost its code',
    { machine: nvidia('570.86', '12.8', v100), published: new Map([['2.11.0', 0]]), minAgeSeconds: 0 },
    'torch 2.9.1+cu128, torchvision 0.24.1+cu128 | ' +
      ['2.11.0', '2.10.0']
        .map((one) => `not ${one}: cu128 has no code for Tesla V100 (7.0) (it has 7.5, 8.0, 8.6, 9.0, 10.0, 12.0)`)
        .join(' | '),
  ],
  [
    'lets the driver translate for a card that is newer than a forward build',
    { installed: cu130, wanted: '2.14.1', machine: nvidia('610.1', '13.4', card('RTX 7090', '13.0')) },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130',
  ],
  [
    'goes by the card that can, and names the one that cannot',
    { cuda: 'cu130', wanted: '2.14.1', machine: nvidia('580.1', '13.0', rtx3060, gtx1080) },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130 | ! cu130 has no code for GTX 1080 (6.1): the others will be used',
  ],
  [
    'says that a driver does not tell what the card can run',
    { wanted: '2.8.0', cuda: 'cu126', machine: nvidia('530.1', '12.6', card('K620', null)) },
    'torch 2.8.0+cu126, torchvision 0.23.0+cu126 | ! driver 530.1 does not tell what K620 can run',
  ],
  // Age, withdrawals, pre-releases.
  [
    'waits two weeks: the two numbers are said',
    { installed: cu130, published: published({ '2.14.1': 6 }) },
    'torch 2.14.0+cu130, torchvision 0.29.0+cu130 | not 2.14.1: 6 days old (you ask for 14)',
  ],
  [
    'says the age before the build, as it comes first for a person',
    { published: published({ '2.14.1': 0.5, '2.14.0': 1 }) },
    `torch 2.11.0+cu128, torchvision 0.26.0+cu128 | not 2.14.1: less than a day old (you ask for 14) | not 2.14.0: 1 day old (you ask for 14) | not 2.13.0: ${keptCu128} | not 2.12.0: ${keptCu128}`,
  ],
  [
    'takes a young release that is asked for by its number, and says so',
    { installed: cu130, wanted: '2.14.1', published: published({ '2.14.1': 6 }) },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130 | ! torch 2.14.1 is 6 days old (you ask for 14), and was asked for by its number',
  ],
  [
    'says that nobody tells the age, rather than that it is old enough',
    { published: new Map() },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128 | ! no index tells when torch 2.11.0 was published: its age was not checked',
  ],
  [
    'goes by the wheel that would be used, not by one for another machine that came later',
    {
      published: new Map(),
      offers: new Map([
        [
          'torch',
          [
            {
              version: '2.11.0+cu128',
              files: [
                ...offer('torch', '2.11.0+cu128', { daysOld: 60 }).files,
                ...offer('torch', '2.11.0+cu128', { daysOld: 1, tags: ['cp315-cp315-win_amd64'] }).files,
              ],
            },
          ],
        ],
        ['torchvision', [offer('torchvision', '0.26.0+cu128')]],
      ]),
    },
    'torch 2.11.0+cu128, torchvision 0.26.0+cu128',
  ],
  [
    'waits for the torchvision, too',
    {
      installed: cu130,
      offers: new Map([
        ...familyIndex('cu130'),
        ['torchvision', [offer('torchvision', '0.29.1+cu130', { daysOld: 2 }), offer('torchvision', '0.29.0+cu130')]],
      ]),
    },
    'torch 2.14.0+cu130, torchvision 0.29.0+cu130 | not 2.14.1: its torchvision 0.29.1+cu130 is 2 days old (you ask for 14)',
  ],
  [
    'passes over a release that was withdrawn, with the publisher’s reason',
    {
      installed: cu130,
      offers: new Map([
        ...familyIndex('cu130'),
        ['torch', [offer('torch', '2.14.1+cu130', { yanked: 'wrong results' }), offer('torch', '2.14.0+cu130')]],
      ]),
    },
    'torch 2.14.0+cu130, torchvision 0.29.0+cu130 | not 2.14.1: withdrawn by its publisher: wrong results',
  ],
  [
    'takes a withdrawn one only by its number, and says so',
    {
      installed: cu130,
      wanted: '2.14.1',
      offers: new Map([...familyIndex('cu130'), ['torch', [offer('torch', '2.14.1+cu130', { yanked: '' })]]]),
    },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130 | ! torch 2.14.1+cu130 is withdrawn by its publisher',
  ],
  [
    'never takes a release candidate by itself',
    {
      installed: { torch: '2.14.1+cu130', torchvision: '0.29.1+cu130' },
      offers: new Map([['torch', [offer('torch', '2.15.0rc2+cu130'), offer('torch', '2.14.1+cu130')]]]),
    },
    'stays 2.14.1+cu130 | not 2.15.0rc2: a pre-release',
  ],
  [
    'goes by the rule of the family beyond its table, and says so',
    {
      installed: cu130,
      published: new Map([['2.15.0', now - 50 * DAY]]),
      offers: new Map([
        ['torch', [offer('torch', '2.15.0+cu130')]],
        ['torchvision', [offer('torchvision', '0.30.0+cu130')]],
      ]),
    },
    'torch 2.15.0+cu130, torchvision 0.30.0+cu130 | ! torch 2.15.0 is newer than the table of 2026-10-15: what belongs to it goes by the rule of the family',
  ],
  [
    'does not guess what belongs to torch 3',
    { installed: cu130, wanted: '3.0.0', offers: new Map([['torch', [offer('torch', '3.0.0+cu130')]]]) },
    'none | not 3.0.0: no torchvision is known to belong to it',
  ],
  // Python and platform.
  [
    'says for which Python a release is',
    { wanted: '2.11.0', python: { version: '3.9.18', abi: 'cp39', platform: 'linux-x86_64' } },
    'none | not 2.11.0: no wheel for Python 3.9.18 (it is for 3.10 to 3.14)',
  ],
  [
    'is stopped by the range that a wheel tells, though its tags would do',
    {
      wanted: '2.11.0',
      offers: familyIndex('cu128', { tags: ['py3-none-any'], requiresPython: '>=3.13' }),
    },
    'none | not 2.11.0: no wheel for Python 3.12.4 (it is for 3.10 to 3.14)',
  ],
  [
    'does not take the wheel of the free-threaded Python',
    { wanted: '2.11.0', offers: familyIndex('cu128', { tags: ['cp312-cp312t-manylinux_2_28_x86_64'] }) },
    'none | not 2.11.0: no wheel for Python 3.12.4 (it is for 3.10 to 3.14)',
  ],
  [
    'does not take a wheel of another platform',
    { wanted: '2.11.0', offers: familyIndex('cu128', { tags: ['cp312-cp312-win_amd64'] }) },
    'none | not 2.11.0: no wheel for linux-x86_64',
  ],
  [
    'does not take a wheel of another processor',
    { wanted: '2.11.0', offers: familyIndex('cu128', { tags: ['cp312-cp312-manylinux_2_28_aarch64'] }) },
    'none | not 2.11.0: no wheel for linux-x86_64',
  ],
  // Partners.
  [
    'moves torchaudio as well, in lockstep up to 2.10',
    { wanted: '2.10.0', installed: { torch: '2.8.0+cu128', torchvision: '0.23.0+cu128', torchaudio: '2.8.0+cu128' } },
    'torch 2.10.0+cu128, torchvision 0.25.0+cu128, torchaudio 2.10.0+cu128',
  ],
  [
    'leaves torchaudio at 2.11.0 for every later torch',
    { installed: { torch: '2.11.0+cu130', torchvision: '0.26.0+cu130', torchaudio: '2.11.0+cu130' } },
    'torch 2.14.1+cu130, torchvision 0.29.1+cu130, torchaudio 2.11.0+cu130',
  ],
  [
    'does not forget torchaudio: without one the release falls out',
    {
      wanted: '2.10.0',
      installed: { torch: '2.8.0+cu128', torchaudio: '2.8.0+cu128' },
      offers: new Map([...familyIndex('cu128'), ['torchaudio', []]]),
    },
    'none | not 2.10.0: no torchaudio 2.10.0 is offered',
  ],
  [
    'passes over a release whose torchvision is not there yet',
    {
      installed: cu130,
      offers: new Map([...familyIndex('cu130'), ['torchvision', [offer('torchvision', '0.29.0+cu130')]]]),
    },
    'torch 2.14.0+cu130, torchvision 0.29.0+cu130 | not 2.14.1: no torchvision 0.29.1 is offered',
  ],
  [
    'takes the torchvision that is bound to no single torch where a later release has none of its own',
    {
      installed: cu130,
      published: new Map([['2.15.0', now - 30 * DAY]]),
      offers: new Map([
        ['torch', [offer('torch', '2.15.0+cu130')]],
        ['torchvision', [offer('torchvision', '0.29.1+cu130'), offer('torchvision', '0.29.2+cu130')]],
      ]),
    },
    'torch 2.15.0+cu130, torchvision 0.29.2+cu130 | ! torchvision 0.29.2+cu130 goes with torch 2.15.0+cu130: 0.30.0 is not offered | ! torch 2.15.0 is newer than the table of 2026-10-15: what belongs to it goes by the rule of the family',
  ],
  // Packages compiled against torch.
  [
    'moves xformers to the one that was built for the release',
    {
      wanted: '2.9.1',
      installed: { torch: '2.8.0+cu128', xformers: '0.0.32.post2' },
      compiled: { xformers: xformersOffers },
    },
    'torch 2.9.1+cu128, xformers 0.0.33.post2',
  ],
  [
    'takes any xformers of a stable interface from torch 2.10 on',
    {
      wanted: '2.11.0',
      installed: { torch: '2.8.0+cu128', xformers: '0.0.32.post2' },
      compiled: { xformers: xformersOffers },
    },
    'torch 2.11.0+cu128, xformers 0.0.35',
  ],
  [
    'passes over releases that no xformers was built for',
    {
      installed: { torch: '2.8.0+cu128', xformers: '0.0.32.post2' },
      compiled: { xformers: xformersOffers.slice(0, 3) },
      published: new Map([['2.11.0', 0]]),
    },
    'torch 2.9.1+cu128, xformers 0.0.33.post2 | not 2.11.0: no wheel of xformers for torch 2.11.0 is offered | not 2.10.0: no wheel of xformers for torch 2.10.0 is offered | ! no index tells when torch 2.9.1 was published: its age was not checked',
  ],
  [
    'finds the flash-attn whose name tells the torch that it was built for',
    {
      wanted: '2.9.1',
      installed: { torch: '2.8.0+cu128', 'flash-attn': '2.8.3+cu128torch2.8' },
      compiled: {
        'flash-attn': ['2.8.3+cu128torch2.8', '2.8.3+cu128torch2.9', '2.8.3+cu128torch2.10'].map((one) =>
          offer('flash_attn', one),
        ),
      },
    },
    'torch 2.9.1+cu128, flash-attn 2.8.3+cu128torch2.9',
  ],
  [
    'reports, and does not force, where a pack compiled against torch has no wheel',
    {
      wanted: '2.11.0',
      installed: { torch: '2.8.0+cu128', nunchaku: '1.0.0+torch2.8' },
      compiled: { nunchaku: [offer('nunchaku', '1.0.0+torch2.8'), offer('nunchaku', '1.0.1+torch2.9')] },
    },
    'none | not 2.11.0: no wheel of nunchaku for torch 2.11 and cp312 is offered',
  ],
  [
    'counts a wheel that was built by hand, and is on no index, as one of the old torch',
    { wanted: '2.9.1', installed: { torch: '2.8.0+cu128', sageattention: '2.2.0' } },
    'none | not 2.9.1: no wheel of sageattention for torch 2.9 and cp312 is offered',
  ],
  [
    'lets a wheel without compiled code stay',
    {
      wanted: '2.9.1',
      installed: { torch: '2.8.0+cu128', sageattention: '1.0.6' },
      compiled: { sageattention: [offer('sageattention', '1.0.6', { tags: ['py3-none-any'] })] },
    },
    'torch 2.9.1+cu128, sageattention 1.0.6',
  ],
  [
    'says that a compiled wheel does not tell its torch',
    {
      wanted: '2.9.1',
      installed: { torch: '2.8.0+cu128', 'torch-cluster': '1.6.3' },
      compiled: { 'torch-cluster': [offer('torch_cluster', '1.6.3')] },
    },
    'torch 2.9.1+cu128, torch-cluster 1.6.3 | ! the wheel of torch-cluster 1.6.3 does not tell for which torch it was built',
  ],
  [
    'is not held by bitsandbytes, which loads torch and is not compiled against it',
    { wanted: '2.9.1', installed: { torch: '2.8.0+cu128', bitsandbytes: '0.48.0' } },
    'torch 2.9.1+cu128',
  ],
  // Demands.
  [
    'obeys the bound of the person',
    { demands: [demand('requirements.in', '<2.10')], published: new Map([['2.11.0', 0]]), minAgeSeconds: 0 },
    'torch 2.9.1+cu128, torchvision 0.24.1+cu128 | not 2.11.0: requirements.in asks for torch<2.10 | not 2.10.0: requirements.in asks for torch<2.10',
  ],
  [
    'names the pack that holds the release back',
    { wanted: '2.11.0', demands: [demand('comfyui', '>=2.4'), demand('custom_nodes/old', '~=2.8.0')] },
    'none | not 2.11.0: custom_nodes/old asks for torch~=2.8.0',
  ],
  [
    'does not go below what ComfyUI needs',
    { wanted: '2.6.0', cuda: 'cu126' },
    'none | not 2.6.0: ComfyUI needs torch 2.7 or newer (as of 2026-10-15)',
  ],
  [
    'lets an installation that is older than that move within what it can',
    { installed: { torch: '2.5.1+cu124', torchvision: '0.20.1+cu124' }, wanted: '2.6.0' },
    'torch 2.6.0+cu124, torchvision 0.21.0+cu124',
  ],
  // Wanted versions, and nothing to do.
  ['goes back only when it is asked to', { wanted: '2.7.1' }, 'torch 2.7.1+cu128, torchvision 0.22.1+cu128'],
  [
    'answers for a version that nobody offers',
    { installed: cu130, wanted: '2.77.0' },
    'none | not 2.77.0: no cu130 build (the CUDA family is kept; --cuda changes it)',
  ],
  ['says that the installed one is the newest', { installed: { torch: '2.14.1+cu130' } }, 'stays 2.14.1+cu130'],
  [
    'does not call the installed one too young',
    { installed: { torch: '2.14.1+cu130' }, published: published({ '2.14.1': 1 }) },
    'stays 2.14.1+cu130',
  ],
  ['says that the one that is asked for is there', { wanted: '2.8' }, 'stays 2.8.0+cu128'],
  [
    'reports every reason where nothing fits, and forces nothing',
    {
      installed: { torch: '2.7.1+cu128', torchvision: '0.22.1+cu128' },
      offers: new Map([
        ['torch', [offer('torch', '2.9.1+cu128', { daysOld: 3 }), offer('torch', '2.8.0+cu128', { yanked: 'bad' })]],
      ]),
      published: new Map([['2.10.0', 0]]),
    },
    `none | not 2.10.0: ${keptCu128} | not 2.9.1: 3 days old (you ask for 14) | not 2.8.0: withdrawn by its publisher: bad`,
  ],
  [
    'goes on below a release that the resolver refused',
    {
      installed: cu130,
      refused: new Map([['2.14.1', 'torch 2.14.1 needs numpy>=3, but custom_nodes/x needs numpy<3']]),
    },
    'torch 2.14.0+cu130, torchvision 0.29.0+cu130 | not 2.14.1: torch 2.14.1 needs numpy>=3, but custom_nodes/x needs numpy<3',
  ],
];

describe('the choice of a torch', () => {
  it.each(cases)('%s', (_sentence, given, expected) => {
    expect(told(given)).toBe(expected);
  });

  it('has a sentence for each case, and no two the same', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect(new Set(cases.map(([sentence]) => sentence)).size).toBe(cases.length);
  });
});
