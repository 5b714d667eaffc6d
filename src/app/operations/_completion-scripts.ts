import type { CompletedCommand, CompletedValue } from './_completed.ts';

/**
 * Returns the script for bash. What stands in it is of ours alone: names of commands, options and choices. Ids are asked for while
 * the person types, by `orchestrate complete`; they are compared and quoted as text and never expanded.
 */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of orchestrate for bash: eval "$(orchestrate completion bash)"
_orchestrate() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" list="" ids="" home="" words="" command="" n=0 i=1 word id
  if [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$current" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-1]}"; current=""; fi
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      --home) i=$((i + 1)); home="\${COMP_WORDS[i]}" ;;
      ${valueFlags(commands).join(' | ')}) i=$((i + 1)) ;;
      -*) ;;
      *)
        n=$((n + 1))
        if [ "$n" -eq 1 ]; then words="$word"; elif [ "$n" -eq 2 ]; then words="$words $word"; fi ;;
    esac
    i=$((i + 1))
  done
  case "$words" in
    ${patterns(commands, 2)}) command="$words"; n=$((n - 2)) ;;
    *)
      case "\${words%% *}" in
        ${patterns(commands, 1)}) command="\${words%% *}"; n=$((n - 1)) ;;
      esac ;;
  esac
  case "$command/$previous" in
    */--home) COMPREPLY=($(compgen -d -- "$current")); return ;;
${caseLines(commands.flatMap((one) => one.flags.flatMap(({ flag, value }) => offer(`${nameOf(one)}/${flag}`, value))))}
  esac
  if [ -z "$list$ids" ]; then
    case "$current" in
      -*)
        case "$command" in
${caseLines(commands.map((one) => ({ pattern: nameOf(one), list: one.flags.map(({ flag }) => flag).join(' '), ids: '' })))}
        esac ;;
      *)
        case "$words" in
${caseLines(wordsAfter(commands))}
        esac
        case "$command/$n" in
${caseLines(commands.flatMap((one) => one.positional.flatMap((value, at) => offer(`${nameOf(one)}/${one.isRepeated && at === one.positional.length - 1 ? '*' : at}`, value))))}
        esac ;;
    esac
  fi
  COMPREPLY=()
  if [ -n "$list" ]; then COMPREPLY=($(compgen -W "$list" -- "$current")); fi
  if [ -n "$ids" ]; then
    while IFS= read -r id; do
      case "$id" in "$current"*) COMPREPLY+=("$id") ;; esac
    done < <(orchestrate complete "$ids" "$home" 2>/dev/null)
  fi
}
complete -o default -F _orchestrate orchestrate
`;
}

/** Returns the script for zsh: the one for bash, through zsh's own bridge. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of orchestrate for zsh: source <(orchestrate completion zsh)
autoload -U +X compinit && (( \${+functions[compdef]} )) || compinit -u
autoload -U +X bashcompinit && bashcompinit
${bashScript(commands).split('\n').slice(1).join('\n')}`;
}

/** Returns the script for fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const groups = [...new Set(commands.filter(({ words }) => words.length > 1).map(({ words }) => words[0] ?? ''))];
  const lines = commands.flatMap((one) => {
    const [first = '', second] = one.words;
    const at = second === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${first}`;
    const seen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    return [
      `complete -c orchestrate -f -n '${at}' -a ${second ?? first} -d '${one.summary.replaceAll("'", String.raw`\'`)}'`,
      ...one.positional.flatMap((value) =>
        fishValue(value).map((offered) => `complete -c orchestrate -f -n '${seen}' -a ${offered}`),
      ),
      ...one.flags.map(
        ({ flag, value }) =>
          `complete -c orchestrate -n '${seen}' -l ${flag.slice(2)}${value === null ? '' : ' -r'}${
            value === null
              ? ''
              : fishValue(value)
                  .map((offered) => ` -f -a ${offered}`)
                  .join('')
          }`,
      ),
    ];
  });
  return `# Completion of orchestrate for fish: orchestrate completion fish | source
function __orchestrate_ids
  set -l words (commandline -opc)
  set -l home ''
  if set -l at (contains -i -- --home $words)
    set home $words[(math $at + 1)]
  end
  orchestrate complete $argv[1] "$home" 2>/dev/null
end
${[...groups.map((group) => `complete -c orchestrate -f -n '__fish_use_subcommand' -a ${group}`), ...lines].join('\n')}
`;
}

const fishValue = ({ choices, ids }: CompletedValue): readonly string[] =>
  choices.length > 0 ? [`'${choices.join(' ')}'`] : ids === null ? [] : [`'(__orchestrate_ids ${ids})'`];

const nameOf = ({ words }: CompletedCommand): string => words.join(' ');

/** Names of commands with so many words, as the alternatives of a case. One that is never typed stands for none. */
const patterns = (commands: readonly CompletedCommand[], nWords: number): string =>
  commands
    .filter(({ words }) => words.length === nWords)
    .map((one) => JSON.stringify(nameOf(one)))
    .join(' | ') || '"="';

/** Options whose value is no argument, but for `--home`. */
const valueFlags = (commands: readonly CompletedCommand[]): readonly string[] =>
  [
    ...new Set([
      ...commands.flatMap(({ flags }) => flags.flatMap(({ flag, value }) => (value === null ? [] : [flag]))),
      '--=',
    ]),
  ].filter((flag) => flag !== '--home');

interface CaseLine {
  readonly pattern: string;
  readonly list: string;
  readonly ids: string;
}

const offer = (pattern: string, value: CompletedValue | null): readonly CaseLine[] =>
  value === null || (value.choices.length === 0 && value.ids === null)
    ? []
    : [{ pattern, list: value.choices.join(' '), ids: value.choices.length > 0 ? '' : (value.ids ?? '') }];

const caseLines = (lines: readonly CaseLine[]): string =>
  lines
    .map(({ pattern, list, ids }) => {
      const text = pattern.endsWith('/*') ? `${JSON.stringify(pattern.slice(0, -1))}*` : JSON.stringify(pattern);
      return `          ${text}) list=${JSON.stringify(list)} ids=${JSON.stringify(ids)} ;;`;
    })
    .join('\n');

/** After which words which words come: first the groups and commands, then what is inside of a group. */
function wordsAfter(commands: readonly CompletedCommand[]): readonly CaseLine[] {
  const groups = Map.groupBy(commands, ({ words }) => words[0] ?? '');
  const inside = [...groups].filter(([, members]) => members.some(({ words }) => words.length > 1));
  return [
    { pattern: '', list: [...groups.keys()].join(' '), ids: '' },
    ...inside.map(([pattern, members]) => ({
      pattern,
      list: members.flatMap(({ words }) => words[1] ?? []).join(' '),
      ids: '',
    })),
  ];
}
