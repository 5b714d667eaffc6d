/**
 * Which releases of the torch family belong together, as data with its date: what an index offers is looked up, what
 * belongs together is not told by any index. A release that is newer than the table goes by the rule of the family.
 */
export const torchTable = {
  asOf: '2026-10-15',
  sources: [
    'https://github.com/replicate/cog/blob/main/pkg/config/torch_compatibility.json',
    'https://github.com/pytorch/pytorch/blob/main/RELEASE.md',
    'https://docs.pytorch.org/audio/stable/installation.html',
    'METADATA of the wheels of torchvision, torchaudio and xformers',
  ],
} as const;

/** A release of torch and what belongs to it. */
export interface TorchRow {
  readonly torch: string;
  readonly torchvision: string;
  readonly torchaudio: string;
  /** The one xformers that was built for it; null from torch 2.10 on, where `firstStableXformers` and later serve. */
  readonly xformers: string | null;
  /** CUDA families that it was built for. */
  readonly tags: readonly string[];
  /** Least and greatest minor number of Python 3. */
  readonly python: readonly [number, number];
}

type Columns = [torch: string, vision: string, audio: string, xformers: string | null, tags: string, python: string];

// The xformers of 2.5.0 and 2.5.1 are on weaker evidence.
const columns: readonly Columns[] = [
  ['2.3.0', '0.18.0', '2.3.0', '0.0.26.post1', 'cu118 cu121', '8-12'],
  ['2.3.1', '0.18.1', '2.3.1', '0.0.27', 'cu118 cu121', '8-12'],
  ['2.4.0', '0.19.0', '2.4.0', '0.0.27.post2', 'cu118 cu121 cu124', '8-12'],
  ['2.4.1', '0.19.1', '2.4.1', '0.0.28.post1', 'cu118 cu121 cu124', '8-12'],
  ['2.5.0', '0.20.0', '2.5.0', '0.0.28.post2', 'cu118 cu121 cu124', '9-12'],
  ['2.5.1', '0.20.1', '2.5.1', '0.0.28.post3', 'cu118 cu121 cu124', '9-12'],
  ['2.6.0', '0.21.0', '2.6.0', '0.0.29.post3', 'cu118 cu124 cu126', '9-13'],
  ['2.7.0', '0.22.0', '2.7.0', '0.0.30', 'cu118 cu126 cu128', '9-13'],
  ['2.7.1', '0.22.1', '2.7.1', '0.0.31', 'cu118 cu126 cu128', '9-13'],
  ['2.8.0', '0.23.0', '2.8.0', '0.0.32.post2', 'cu126 cu128 cu129', '9-13'],
  ['2.9.0', '0.24.0', '2.9.0', '0.0.33.post1', 'cu126 cu128 cu130', '10-14'],
  ['2.9.1', '0.24.1', '2.9.1', '0.0.33.post2', 'cu126 cu128 cu130', '10-14'],
  ['2.10.0', '0.25.0', '2.10.0', null, 'cu126 cu128 cu130', '10-14'],
  ['2.11.0', '0.26.0', '2.11.0', null, 'cu126 cu128 cu130', '10-14'],
  ['2.12.0', '0.27.0', '2.11.0', null, 'cu126 cu129 cu130 cu132', '10-14'],
  ['2.13.0', '0.28.0', '2.11.0', null, 'cu126 cu130 cu132', '10-14'],
  ['2.14.0', '0.29.0', '2.11.0', null, 'cu126 cu130 cu132', '10-14'],
  ['2.14.1', '0.29.1', '2.11.0', null, 'cu126 cu130 cu132', '10-14'],
];

export const torchRows: readonly TorchRow[] = columns.map(
  ([torch, torchvision, torchaudio, xformers, tags, python]) => {
    const [least = 0, greatest = 0] = python.split('-').map(Number);
    return { torch, torchvision, torchaudio, xformers, tags: tags.split(' '), python: [least, greatest] };
  },
);

/** From torch 2.10 on: xformers of a stable binary interface. */
export const firstStableXformers = '0.0.34';

/** README of ComfyUI at the date of the table: older torch is not supported. */
export const leastTorchOfComfyui = '2.7';

/** Oldest driver per major number of CUDA (NVIDIA's minor-version compatibility, Linux). */
export const driverFloors: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** Compute capabilities that the x86 wheels of a CUDA family carry code for. */
export interface TagArchitectures {
  readonly tag: string;
  readonly capabilities: readonly string[];
  /** Carries code of the newest one that the driver can translate for newer cards (PTX). */
  readonly isForward: boolean;
}

const upToHopper = ['5.0', '6.0', '7.0', '7.5', '8.0', '8.6', '9.0'];
const withBlackwell = ['7.5', '8.0', '8.6', '9.0', '10.0', '12.0'];

/** Newest first. cu118 to cu124 and cu129 are taken to be as their neighbours: weaker evidence. */
export const tagArchitectures: readonly TagArchitectures[] = [
  { tag: 'cu132', capabilities: withBlackwell, isForward: true },
  { tag: 'cu130', capabilities: withBlackwell, isForward: true },
  { tag: 'cu129', capabilities: withBlackwell, isForward: false },
  { tag: 'cu128', capabilities: withBlackwell, isForward: false },
  { tag: 'cu126', capabilities: upToHopper, isForward: false },
  { tag: 'cu124', capabilities: upToHopper, isForward: false },
  { tag: 'cu121', capabilities: upToHopper, isForward: false },
  { tag: 'cu118', capabilities: upToHopper, isForward: false },
];

/** The last torch whose cu128 build carries code for 7.0 too. */
export const lastCu128WithVolta = '2.9.1';

/**
 * The CUDA that the main index's build without a local part is for on x86-64 Linux, newest first (METADATA of the wheels on
 * PyPI, read on 27 November 2026: `nvidia-cuda-runtime-cu12==12.8.90`, `cuda-toolkit==13.0.2`).
 */
export const plainLinuxBuilds: readonly { readonly since: string; readonly tag: string }[] = [
  { since: '2.11.0', tag: 'cu130' },
  { since: '2.8.0', tag: 'cu128' },
  { since: '2.7.0', tag: 'cu126' },
  { since: '2.5.0', tag: 'cu124' },
  { since: '2.3.0', tag: 'cu121' },
];

/** From here on torchvision asks for a least torch only (METADATA: `torch>=2.14.0`): it serves later ones that have none of their own. */
export const stableTorchvision = { since: '0.29.1', torch: '2.14.0' } as const;
