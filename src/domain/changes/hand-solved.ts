/** Made from other files, or lists that mean something as a whole: a hand edit of one of them would not fit the others. */
const notByHand: readonly string[] = ['requirements.in', 'requirements.lock', 'components.lock'];

/** Whether a person can solve a conflict by editing the files that both sides changed. A setting that both made something else of is no line. */
export const isSolvedByHand = ({
  paths,
  facts,
}: {
  readonly paths: readonly string[];
  readonly facts: readonly string[];
}): boolean => paths.length > 0 && facts.length === 0 && !paths.some((path) => notByHand.includes(path));
