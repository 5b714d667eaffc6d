/** A graphics card as its driver names it. */
export interface Gpu {
  readonly name: string;
  /** `8.6`; null where the driver is too old to tell. */
  readonly computeCapability: string | null;
  readonly memoryBytes: number | null;
}

/** What a machine computes with, as far as its driver's own program told. */
export type Acceleration =
  /** No NVIDIA driver, or one without a card. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'nvidia';
      /** `570.86.10` */
      readonly driver: string;
      /** The highest CUDA that the driver serves, `12.8`; null where it does not say. */
      readonly cudaVersion: string | null;
      readonly gpus: readonly Gpu[];
    }
  /** `reason` is one clause: `nvidia-smi did not answer in 20 seconds`. */
  | { readonly kind: 'unknown'; readonly reason: string };
