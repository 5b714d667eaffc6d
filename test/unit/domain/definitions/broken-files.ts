/** One thing that is told: line and column, how the message begins, how the remedy begins. */
export type Told = readonly [place: string, message: string, remedy: string];

/** What is told of each file in `broken/`, in its order: everything, and nothing else. */
export const broken: Readonly<Record<string, readonly Told[]>> = {
  'agents/allowed-tools.md': [
    ['3:1', 'There is no field allowed-tools. Did you mean tools?', 'Write tools: in its place, or take it out.'],
  ],
  'agents/another-name.md': [
    [
      '2:7',
      'The id somebody-else is not the name of its file, another-name.',
      'Write another-name here, or rename the file to somebody-else.md.',
    ],
  ],
  'agents/comma-too-many.md': [
    [
      '3:13',
      'tools[1] is empty: there is a comma too many.',
      'Take it out, or write it as env.lock and Read are written.',
    ],
  ],
  'agents/description-with-colon.md': [
    [
      '3:14',
      'There is a second colon, or the next line is indented too far. A text with a colon and a',
      `Put the whole value in quotes: 'like this'`,
    ],
  ],
  'agents/empty-file.md': [
    [
      '1:1',
      'The file has to start with a line --- and the fields of the agent.',
      'Write a line --- here, its fields such as name: my-agent, and another line ---.',
    ],
  ],
  'agents/front-matter-never-ends.md': [
    ['1:1', 'The line --- that ends the fields of the agent is missing.', 'Write a line --- below the last field.'],
  ],
  'agents/json-instead.md': [
    [
      '1:1',
      'The file has to start with a line --- and the fields of the agent.',
      'Write a line --- here, its fields such as name: my-agent, and another line ---.',
    ],
  ],
  'agents/list-as-description.md': [
    [
      '4:3',
      'description has to be text, not a list.',
      'Write it like this: description: Reads logs and says what happened.',
    ],
  ],
  'agents/lower-case-tool.md': [
    [
      '3:14',
      'tools[1] has to be an action such as env.lock, or a tool of Claude Code such as Read,',
      'Take it out, or write it as env.lock and Read are written.',
    ],
  ],
  'agents/many-things.md': [
    ['2:1', 'There is no field nmae. Did you mean name?', 'Write name: in its place, or take it out.'],
    [
      '3:14',
      'tools[1] has to be an action such as env.lock, or a tool of Claude Code such as Read,',
      'Take it out, or write it as env.lock and Read are written.',
    ],
    ['3:20', 'tools[2] is there twice.', 'Take one of the two out.'],
    ['4:13', 'time-limit has to be a time like 90s, 10m or 2h, from 1m to 24h.', 'Write it like this: time-limit: 10m'],
  ],
  'agents/misspelt-field.md': [
    ['3:1', 'There is no field tols. Did you mean tools?', 'Write tools: in its place, or take it out.'],
  ],
  'agents/model-runner.md': [
    [
      '3:9',
      'runner has to be program, model, claude-code, codex, opencode, acp or builtin, not "gpt".',
      'Write it like this: runner: program',
    ],
  ],
  'agents/name-and-id-differ.md': [
    ['3:5', 'id is not the name, name-and-id-differ: one of the two is enough.', 'Take the line out.'],
  ],
  'agents/name-in-capitals.md': [
    [
      '2:7',
      'name has to be lower-case letters, digits and "-", starting with a letter, 40 at most, not "Name-In-Capitals".',
      'Write it like this: name: log-analyst',
    ],
  ],
  'agents/no-front-matter.md': [
    [
      '1:1',
      'The file has to start with a line --- and the fields of the agent.',
      'Write a line --- here, its fields such as name: my-agent, and another line ---.',
    ],
  ],
  'agents/no-instructions.md': [
    [
      '5:1',
      'The agent has no instructions: write them below the second --- line.',
      'Write below the line --- what it does and how, as Markdown.',
    ],
  ],
  'agents/no-name.md': [['2:1', 'name is missing.', 'Add a line like this: name: log-analyst']],
  'agents/smart-quotes.md': [
    [
      '3:8',
      'model has to be one word, such as inherit or sonnet, not "“opus” now".',
      'Write it like this: model: claude-sonnet-4-5',
    ],
  ],
  'agents/time-in-words.md': [
    ['3:13', 'time-limit has to be a time like 90s, 10m or 2h, from 1m to 24h.', 'Write it like this: time-limit: 10m'],
  ],
  'agents/tool-twice.md': [['3:20', 'tools[2] is there twice.', 'Take one of the two out.']],
  'agents/tools-as-number.md': [
    [
      '3:8',
      'tools has to be tools with commas between them, or a list, not 5.',
      `Write it like this: tools: 'env.verify, instance.boot'`,
    ],
  ],
  'agents/unknown-action.md': [
    ['3:8', 'There is no action env.lokc. Did you mean env.lock?', 'Write env.lock in its place.'],
  ],
  'agents/unknown-tree.md': [
    ['3:7', 'There is no tree env-setpu. Did you mean env-setup?', 'Write env-setup in its place.'],
  ],
  'playbooks/agent-may-not.yaml': [
    [
      '21:12',
      'The agent validation-engineer may not use env.build: it is not one of its tools',
      'Name an agent that may, or add env.build to the tools of validation-engineer.',
    ],
  ],
  'playbooks/bad-indent.yaml': [
    [
      '19:1',
      'This line is indented less than the item that it belongs to.',
      'Begin it under the first letter of the other fields of the item.',
    ],
  ],
  'playbooks/compensation-of-nobody.yaml': [
    [
      '26:14',
      'There is no agent nobody. Known: change-reader, configuration-expert,',
      'Name one that is there, or add it: orchestrate agents new.',
    ],
  ],
  'playbooks/condition-without-tree.yaml': [
    [
      '26:17',
      'steps[1].waits-for[0] has to be a tree and a name such as env-setup:environment_stable,',
      'Write it like this: - env-setup:environment_stable',
    ],
  ],
  'playbooks/expression-of-nothing.yaml': [
    [
      '26:18',
      'The expression inputs.thign != "" knows no input thign. Did you mean thing?',
      'Change it at the caret; it reads inputs, output, conditions',
    ],
  ],
  'playbooks/expression-open.yaml': [
    [
      '26:27',
      'The expression inputs.thing == "x cannot be read: Unterminated string.',
      'Change it at the caret; it reads inputs, output, conditions',
    ],
  ],
  'playbooks/need-of-nobody.yaml': [
    ['22:13', 'There is no step recrod. Did you mean record?', 'Write record in its place.'],
  ],
  'playbooks/needs-in-a-circle.yaml': [
    [
      '17:13',
      'The steps need each other in a circle: record → build → record.',
      'Take one need out of the circle: the one of record is shown.',
    ],
  ],
  'playbooks/no-steps-at-all.yaml': [
    ['12:8', 'steps is empty.', 'Add an item below it, on a line of its own that starts with "-".'],
  ],
  'playbooks/retries-too-many.yaml': [['26:14', 'steps[1].retries has to be at most 5, not 50.', 'Write 5 or less.']],
  'playbooks/risk-in-words.yaml': [
    ['11:7', 'risk has to be low, medium or high, not "lwo". Did you mean low?', 'Write it like this: risk: low'],
  ],
  'playbooks/second-colon.yaml': [
    [
      '3:14',
      'There is a second colon, or the next line is indented too far. A text with a colon and a',
      `Put the whole value in quotes: 'like this'`,
    ],
  ],
  'playbooks/step-twice.yaml': [['18:9', 'Two steps have the id record.', 'Give one of them another id.']],
  'playbooks/timeout-missing.yaml': [
    ['18:5', 'The field steps[1].timeout is missing.', 'Add a line like this: timeout: 10m'],
  ],
  'playbooks/trigger-without-word.yaml': [
    [
      '5:5',
      'triggers[0] has no word that would tell a goal from any other.',
      'Write a word beside what is in braces, such as: upgrade {package}',
    ],
  ],
  'playbooks/two-things.yaml': [
    ['22:13', 'There is no step recrod. Did you mean record?', 'Write record in its place.'],
    ['24:14', 'There is no input thign. Did you mean thing?', 'Write thing in its place.'],
  ],
  'playbooks/unknown-agent.yaml': [
    ['21:12', 'There is no agent package-manger. Did you mean package-manager?', 'Write package-manager in its place.'],
  ],
  'playbooks/unknown-input.yaml': [
    ['24:14', 'There is no input thign. Did you mean thing?', 'Write thing in its place.'],
  ],
  'playbooks/unknown-plan.yaml': [
    ['10:7', 'There is no action env.chose. Did you mean env.choose?', 'Write env.choose in its place.'],
  ],
  'playbooks/unknown-step-action.yaml': [
    ['20:13', 'There is no action env.biuld. Did you mean env.build?', 'Write env.build in its place.'],
  ],
  'trees/alias-bomb.yaml': [
    [
      '5:4',
      'Anchors (&name) are not read: write the value out.',
      'Take the &name out; a text that begins with & goes in quotes.',
    ],
    [
      '6:4',
      'Anchors (&name) are not read: write the value out.',
      'Take the &name out; a text that begins with & goes in quotes.',
    ],
    [
      '7:4',
      'Anchors (&name) are not read: write the value out.',
      'Take the &name out; a text that begins with & goes in quotes.',
    ],
    [
      '8:12',
      'Aliases (*name) are not read: write the value out.',
      'Write the value itself; a text that begins with * goes in quotes.',
    ],
  ],
  'trees/crlf-and-mistake.yaml': [
    ['3:1', 'There is no field home-prot. Did you mean home-port?', 'Write home-port: in its place, or take it out.'],
  ],
  'trees/directive.yaml': [['1:1', 'Directives (lines that start with %) are not read.', 'Take the line out.']],
  'trees/huge-number.yaml': [
    ['3:12', 'Only finite numbers are read.', 'Write a number with digits, or put the text in quotes.'],
  ],
  'trees/key-twice.yaml': [['5:1', 'The key title is there twice.', 'Take one of the two out, or put them together.']],
  'trees/latin-1.yaml': [
    [
      '2:9',
      'The text has a character that is not text: the file is damaged or not UTF-8.',
      'Take the character out, and save the file as UTF-8.',
    ],
  ],
  'trees/list-at-top.yaml': [
    [
      '1:1',
      'The file has to be a set of fields, not a list.',
      'Write the fields of the file, each on a line of its own: name: value',
    ],
  ],
  'trees/mark-and-mistake.yaml': [
    ['2:1', 'There is no field titel. Did you mean title?', 'Write title: in its place, or take it out.'],
  ],
  'trees/merge-key.yaml': [
    ['2:1', 'Merge keys (<<) are not read: write the fields out.', 'Write the fields themselves.'],
  ],
  'trees/nested-brackets.yaml': [
    [
      '2:39',
      'Lists and fields are nested too deeply: 32 levels are the most that is read.',
      'Close the brackets further up: no definition needs more than 5 levels.',
    ],
  ],
  'trees/no-scope.yaml': [['1:1', 'The field scope is missing.', 'Add a line like this: scope: [docs/env-setup/**]']],
  'trees/nul-byte.yaml': [
    [
      '2:9',
      'The text has a character that is not text: the file is damaged or not UTF-8.',
      'Take the character out, and save the file as UTF-8.',
    ],
  ],
  'trees/only-a-comment.yaml': [
    ['1:1', 'The file is empty.', 'Write the fields of the file, each on a line of its own: name: value'],
  ],
  'trees/open-bracket.yaml': [
    ['4:8', 'This bracket is never closed.', 'Close it with ] or }, on this line or indented further than it.'],
  ],
  'trees/open-quote.yaml': [['2:8', 'This quote is never closed.', 'Close it with the same quote.']],
  'trees/port-as-float.yaml': [
    ['3:12', 'home-port has to be a whole number, not 8300.5.', 'Write it like this: home-port: 8191'],
  ],
  'trees/port-in-quotes.yaml': [
    ['3:12', 'home-port has to be a number, not "8300".', 'Write it like this: home-port: 8191'],
  ],
  'trees/port-in-use.yaml': [
    [
      '3:12',
      'The home port 8188 is also that of env-setup (built-in:trees/env-setup.yaml).',
      'Give one of them a port that is free.',
    ],
  ],
  'trees/prototype-key.yaml': [['5:1', 'The key __proto__ is not allowed.', 'Take it out.']],
  'trees/reviews-itself.yaml': [['5:13', 'A tree cannot review its own changes.', 'Take it out.']],
  'trees/scale-upside-down.yaml': [['5:26', 'scale.most is below scale.least.', 'Write 4 or more.']],
  'trees/scope-absolute.yaml': [
    [
      '4:9',
      'scope[0] has to be relative to the tree, without "/" or a drive at the start.',
      'Write it like this: - docs/env-setup/**',
    ],
  ],
  'trees/scope-climbs.yaml': [
    ['4:9', 'scope[0] has the segment "..": a scope stays inside its tree.', 'Write it like this: - docs/env-setup/**'],
  ],
  'trees/scope-in-git.yaml': [
    ['4:9', 'scope[0] has the segment ".git", which no agent may change.', 'Write it like this: - docs/env-setup/**'],
  ],
  'trees/system-port.yaml': [
    ['3:12', 'home-port has to be at least 1024, not 80.', 'Write it like this: home-port: 8191'],
  ],
  'trees/tab-indent.yaml': [['5:1', 'Tabs are not allowed as indentation: use spaces.', 'Replace the tab by spaces.']],
  'trees/tag-of-a-language.yaml': [
    [
      '2:8',
      'Tags (!name) are not read: write the plain value.',
      'Take the !name out; a text that begins with ! goes in quotes.',
    ],
  ],
  'trees/topic-in-capitals.yaml': [
    [
      '5:12',
      'channels[0] has to be lower-case letters, digits, "_" and "-", starting with a letter, 64',
      'Write it like this: - new_models_available',
    ],
  ],
  'trees/two-documents.yaml': [
    ['6:1', 'A second document starts here; a file holds one.', 'Move what follows to a file of its own.'],
  ],
  'trees/unknown-reviewer.yaml': [
    ['5:13', 'There is no tree ops-maintt. Did you mean ops-maint?', 'Write ops-maint in its place.'],
  ],
  'trees/utf-16.yaml': [
    [
      '1:1',
      'The text has a character that is not text: the file is damaged or not UTF-8.',
      'Take the character out, and save the file as UTF-8.',
    ],
  ],
};
