/** What torch is asked, in this order, each in a process of its own (comfyui.md 6.1, step 6). */
export const torchQuestions = ['build', 'device', 'arch', 'matmul', 'conv', 'nms'] as const;
export type TorchQuestion = (typeof torchQuestions)[number];

/** What one question to torch brought. */
export interface TorchAnswer {
  readonly question: TorchQuestion;
  /** `not-offered`: this torch has nothing of that name, so nothing was seen. `skipped`: it needs a graphics card. */
  readonly outcome: 'passed' | 'failed' | 'not-offered' | 'skipped';
  /** `cpu`, `cuda:0`: where it ran, or null where nothing ran. */
  readonly device: string | null;
  /** One clause that says what was seen: `fp16 matmul 256 × 256 is right`. */
  readonly fact: string;
}

/** A package that does not have what it needs: what `pip check` tells. */
export interface UnmetNeed {
  readonly package: string;
  readonly version: string;
  /** `torch==2.10.0`; `this platform` where the package was built for another. */
  readonly requirement: string;
  /** `torch 2.11.0`, or null when it is not installed. */
  readonly found: string | null;
}

/** Kernels that have to run on the graphics card before anybody says that kernels ran. */
const kernels: readonly TorchQuestion[] = ['matmul', 'conv'];

/** Tells whether kernels ran on a graphics card, and were right. */
export function kernelsRan(answers: readonly TorchAnswer[]): boolean {
  return kernels.every((kernel) =>
    answers.some(
      ({ question, outcome, device }) =>
        question === kernel && outcome === 'passed' && device !== null && device !== 'cpu',
    ),
  );
}

/** Returns the questions that fail now and did not in the baseline; without a baseline, all that fail. */
export function newlyFailing(
  baseline: readonly TorchAnswer[] | undefined,
  answers: readonly TorchAnswer[],
): readonly TorchAnswer[] {
  const failedBefore = new Set(
    (baseline ?? []).filter(({ outcome }) => outcome === 'failed').map(({ question }) => question),
  );
  return answers.filter(({ question, outcome }) => outcome === 'failed' && !failedBefore.has(question));
}

const sameNeed = (a: UnmetNeed, b: UnmetNeed): boolean => a.package === b.package && a.requirement === b.requirement;

/**
 * Returns what is unmet now, was met before, and is no promise that the plan said it breaks. Without a baseline nothing is
 * known to be new.
 */
export function newlyUnmet(
  baseline: readonly UnmetNeed[] | undefined,
  unmet: readonly UnmetNeed[],
  told: readonly { readonly pack: string; readonly requirement: string }[],
): readonly UnmetNeed[] {
  if (baseline === undefined) return [];
  const nameOf = (requirement: string): string => /^[A-Za-z0-9._-]+/.exec(requirement)?.[0].toLowerCase() ?? '';
  return unmet.filter(
    (one) =>
      !baseline.some((before) => sameNeed(before, one)) &&
      !told.some(({ pack, requirement }) => pack === one.package && nameOf(requirement) === nameOf(one.requirement)),
  );
}

/** `torchvision 0.25.0 needs torch==2.10.0, and torch 2.11.0 is there`. */
export const unmetSentence = ({ package: name, version, requirement, found }: UnmetNeed): string =>
  `${name} ${version} needs ${requirement}, and ${found === null ? 'it is not there' : `${found} is there`}`;

/** Returns what was seen, as one line: what torch is, what ran where, what is unmet. */
export function checksText(torch: readonly TorchAnswer[], unmet: readonly UnmetNeed[]): string {
  const of = (question: TorchQuestion): TorchAnswer | undefined => torch.find((one) => one.question === question);
  const names = (outcome: TorchAnswer['outcome']): string =>
    torch
      .filter((one) => one.outcome === outcome && one.question !== 'build' && one.question !== 'device')
      .map(({ question, device }) => (device === null ? question : `${question} (${device})`))
      .join(', ');
  const [passed, failed, absent] = [names('passed'), names('failed'), names('not-offered')];
  const facts = [
    torch.length === 0 ? 'no torch in this environment' : (of('build')?.fact ?? 'torch did not say what it is'),
    ...(of('device') === undefined ? [] : [of('device')?.fact ?? '']),
    ...(passed === '' ? [] : [`right: ${passed}`]),
    ...(failed === '' ? [] : [`wrong: ${failed}`]),
    ...(absent === '' ? [] : [`not offered, so not seen: ${absent}`]),
    unmet.length === 0
      ? 'every package has what it needs'
      : `unmet: ${unmet.slice(0, 3).map(unmetSentence).join('; ')}`,
  ];
  return `${facts.join('; ')}${unmet.length > 3 ? ` and ${unmet.length - 3} more` : ''}`;
}
