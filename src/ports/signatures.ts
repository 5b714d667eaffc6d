/** Somebody whose keys count. */
export interface Signer {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** `ssh-ed25519 AAAA…`, without comment. */
  readonly keys: readonly string[];
}

export interface VerifiedSignature {
  readonly name: string;
  /** `SHA256:…` of the key. */
  readonly key: string;
}

/**
 * Signatures with SSH keys, as `ssh-keygen -Y` makes and checks them. The namespace keeps a signature that was made for
 * one purpose from being used for another. Fault: `SSH_KEYGEN_MISSING`.
 */
export interface Signatures {
  /**
   * Signs with a private key file, or with the key of the ssh-agent that a `.pub` file names. Nobody is asked for a passphrase:
   * a key that has one is used through the agent. Fault: `SIGNATURE_INVALID` when it cannot be used.
   */
  sign(options: {
    readonly keyFile: string;
    readonly namespace: string;
    readonly message: string;
    /** Socket of the person's ssh-agent, or null. */
    readonly agent: string | null;
  }): Promise<string>;
  /** Returns who signed exactly this message for this purpose, or undefined when it was none of the signers. */
  verify(options: {
    readonly armored: string;
    readonly namespace: string;
    readonly message: string;
    readonly signers: readonly Signer[];
  }): Promise<VerifiedSignature | undefined>;
}
