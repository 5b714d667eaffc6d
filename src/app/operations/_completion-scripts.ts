/** A command for the shell: its words and its options. */
export interface CompletedCommand {
  readonly words: readonly string[];
  readonly summary: string;
  readonly flags: readonly string[];
}

/** Returns the script for bash. It is data of ours alone: names of commands and options. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of orchestrate for bash: eval "$(orchestrate completion bash)"
_orchestrate() {
  local words="\${COMP_WORDS[*]:1:COMP_CWORD-1}" current="\${COMP_WORDS[COMP_CWORD]}" list
  case "$words" in
${cases(commands)
  .map(({ prefix, next }) => `    ${JSON.stringify(prefix)}) list=${JSON.stringify(next.join(' '))} ;;`)
  .join('\n')}
${commands.map(({ words, flags }) => `    ${JSON.stringify(words.join(' '))} | ${JSON.stringify(`${words.join(' ')} `)}*) list=${JSON.stringify(flags.join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -o default -F _orchestrate orchestrate
`;
}

/** Returns the script for zsh: the one for bash, through zsh's own bridge. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of orchestrate for zsh: source <(orchestrate completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashScript(commands).split('\n').slice(1).join('\n')}`;
}

/** Returns the script for fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ words, summary, flags }) => {
    const [first = '', second] = words;
    const at = second === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${first}`;
    const seen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    const name = second ?? first;
    return [
      `complete -c orchestrate -f -n '${at}' -a ${name} -d '${summary.replaceAll("'", String.raw`\'`)}'`,
      ...flags.map((flag) => `complete -c orchestrate -n '${seen}' -l ${flag.slice(2)}`),
    ];
  });
  const groups = [...new Set(commands.filter(({ words }) => words.length > 1).map(({ words }) => words[0] ?? ''))];
  return `# Completion of orchestrate for fish: orchestrate completion fish | source\n${[...groups.map((group) => `complete -c orchestrate -f -n '__fish_use_subcommand' -a ${group}`), ...lines].join('\n')}\n`;
}

/** After which words which words come: first the groups and commands, then what is inside of a group. */
function cases(commands: readonly CompletedCommand[]): { prefix: string; next: readonly string[] }[] {
  const groups = Map.groupBy(commands, ({ words }) => words[0] ?? '');
  const inside = [...groups].filter(([, members]) => members.some(({ words }) => words.length > 1));
  return [
    { prefix: '', next: [...groups.keys()] },
    ...inside.map(([prefix, members]) => ({ prefix, next: members.flatMap(({ words }) => words[1] ?? []) })),
  ];
}
