/** Who gave a verdict or asked for something. */
export interface Actor {
  readonly kind: 'rule' | 'program' | 'model' | 'person';
  /** A rule's or agent's id, or the person's login name. */
  readonly name: string;
}
