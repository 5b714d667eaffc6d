/** What `trees sync` does about one folder below `trees/`, or says about it. */
export type SyncStep =
  /** `keep`: as it should be. `on-demand`: not there; the first run that needs it makes it. */
  | { readonly act: 'keep' | 'on-demand'; readonly slot: string; readonly reason: string }
  /** Moved to trash. */
  | { readonly act: 'trash'; readonly slot: string; readonly reason: string; readonly why: 'half-made' | 'beyond' }
  /** Left as it is; `reason` says why. */
  | { readonly act: 'leave'; readonly slot: string; readonly reason: string };
