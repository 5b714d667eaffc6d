/** Flags of ComfyUI of which it takes one only (`comfy/cli_args.py`). */
const exclusive: readonly (readonly string[])[] = [
  ['--gpu-only', '--highvram', '--normalvram', '--lowvram', '--novram', '--cpu'],
  ['--cache-classic', '--cache-lru', '--cache-none', '--cache-ram'],
  [
    '--use-split-cross-attention',
    '--use-quad-cross-attention',
    '--use-pytorch-cross-attention',
    '--use-sage-attention',
    '--use-flash-attention',
  ],
];

/** Returns the arguments of a start with others set: a flag that is there gets the new values, one that it excludes goes. */
export function mergeArguments(present: readonly string[], added: readonly string[]): readonly string[] {
  const groups = groupsOf(added);
  const set = new Set(groups.flatMap(({ flag }) => exclusive.find((flags) => flags.includes(flag)) ?? [flag]));
  return [...groupsOf(present).filter(({ flag }) => !set.has(flag)), ...groups].flatMap(({ words }) => words);
}

/** Each flag with the words behind it; words before the first flag stay by themselves. */
function groupsOf(words: readonly string[]): readonly { readonly flag: string; readonly words: readonly string[] }[] {
  const groups: { flag: string; words: string[] }[] = [];
  for (const word of words) {
    const last = groups.at(-1);
    if (word.startsWith('--') || last === undefined) groups.push({ flag: word.split('=')[0] ?? word, words: [word] });
    else last.words.push(word);
  }
  return groups;
}
