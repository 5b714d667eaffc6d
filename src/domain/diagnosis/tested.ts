/** What a test of a cause came to. */
export interface TestedCause {
  /** Signature of the finding. */
  readonly signature: string;
  /** What was done, like `import cv2`. */
  readonly test: string;
  /** `ruled out`: it is not so now; it may have been when the line was written. */
  readonly outcome: 'confirmed' | 'ruled out' | 'unclear';
  readonly sentence: string;
}
