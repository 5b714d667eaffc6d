import { type Emergency, emergencies, type Sign, weights } from './emergency.ts';

/**
 * How people say it, in lower case. Each pattern takes time by the length of the text alone: nothing in it can be matched in two ways. What
 * may stand between two of its words is a group: a word there may deny it.
 */
const table: readonly {
  readonly emergency: Emergency;
  readonly weight: number;
  readonly patterns: readonly RegExp[];
}[] = [
  {
    emergency: 'bad-upgrade',
    weight: weights.sinceWords,
    patterns: [
      /\b(?:since|after|because of|thanks to) ([^.]{0,40}?)\b(?:updat|upgrad|merg|new version|switch|install)\w*/,
      /\b(?:updat|upgrad|merg|new version)\w* ([^.]{0,40}?)\b(?:broke\w*|breaks|bad|black|slow\w*|worse|wrong)\b/,
      /\b(?:worked|was fine|was fast) (?:before|yesterday|last \w+|until)\b/,
      /\bblack (?:picture|image|frame)s?\b/,
      /\b(?:picture|image|output|frame)s? (?:is|are|comes? out|turns?) ([^.]{0,12}?)black\b/,
    ],
  },
  {
    emergency: 'disk-full',
    weight: weights.causeWords,
    patterns: [
      /\b(?:disk|disc|drive|volume|partition|filesystem|storage|quota|ssd)\b([^.]{0,30}?)\b(?:full|exceeded|no room|no space|out of space)\b/,
      /\bno (?:more )?(?:space|room)(?: left)?\b/,
      /\bout of (?:disk|storage|space)\b/,
      /\bfull (?:disk|drive|volume)\b/,
      /\benospc\b/,
      /\bno space left on device\b/,
    ],
  },
  {
    emergency: 'gpu-lost',
    weight: weights.causeWords,
    patterns: [
      /\b(?:gpu|graphics card|video card|card|nvidia|driver|cuda)\b([^.]{0,30}?)\b(?:lost|gone|missing|vanished|disappear\w*|not found|fell off|dropped|dead|not seen|not detected|crash\w*)\b/,
      /\b(?:lost|no|missing) (?:the |my |its |a )?(?:gpu|graphics card|video card|card|nvidia driver|cuda gpus?)\b/,
      /\bnvidia-smi\b([^.]{0,30}?)\b(?:fail\w*|hang\w*|error|nothing)\b/,
      /\bxid \d+\b/,
      /\billegal memory access\b/,
      /\bcuda error\b/,
      /\bdevice-side assert\b/,
    ],
  },
  {
    emergency: 'out-of-memory',
    weight: weights.causeWords,
    patterns: [
      /\bout of (?:\w+ )?(?:memory|vram|ram)\b/,
      /\boom\b/,
      /\bout ?of ?memory(?: ?error)?\b/,
      /\b(?:memory|vram|ram)\b([^.]{0,20}?)\b(?:full|short|exhausted|runs out|ran out|low)\b/,
      /\b(?:not enough|no|too little) (?:\w+ )?(?:memory|vram|ram)\b/,
      /\bcannot allocate\b|\ballocation on device\b|\bkilled by the kernel\b/,
    ],
  },
  {
    emergency: 'model-missing',
    weight: weights.causeWords,
    patterns: [
      /\b(?:model|checkpoint|lora|vae|controlnet|safetensors|embedding|upscaler|ckpt)s?\b([^.]{0,30}?)\b(?:missing|gone|not found|not in list|lost|empty|corrupt\w*|truncated|unknown|not load|won't load|not listed)\b/,
      /\b(?:missing|no|lost|can't find|cannot find|not find)(?: the| my| any| a)? (?:model|checkpoint|lora|vae|controlnet|embedding)s?\b/,
      /\bvalue not in list\b|\bheader ?too ?large\b/,
    ],
  },
  {
    emergency: 'node-import-failed',
    weight: weights.causeWords,
    patterns: [
      /\bimport(?:s)? (?:failed|fails)\b|\bfailed to import\b|\bnot import\w*\b/,
      /\b(?:node|pack|extension|plugin|module)s?\b([^.]{0,30}?)\b(?:missing|gone|fail\w*|not found|not load|won't load|does not exist|red|broken|not there)\b/,
      /\b(?:red|missing|broken|unknown) (?:custom )?nodes?\b|\bmissing node types?\b/,
      /\bno module named\b|\bmodulenotfounderror\b/,
    ],
  },
  {
    emergency: 'queue-stuck',
    weight: weights.feltWords,
    patterns: [
      /\b(?:queue|prompt|job|generation|render\w*|picture|image|progress|workflow|sampler)s?\b([^.]{0,30}?)\b(?:stuck|hangs?|hung|frozen|freezes|stalled|not mov\w*|not finish|not end|never (?:ends|finishes|comes)|stands still|stopped)\b/,
      /\bstuck (?:at|on|in)\b/,
      /\bnothing (?:is generated|comes out|renders|happens|moves)\b/,
      /\bworker\b([^.]{0,20}?)\b(?:dead|died)\b/,
    ],
  },
  {
    emergency: 'emergency-unresponsive',
    weight: weights.feltWords,
    patterns: [
      /(?:\b(?:not|never|no longer|stopped)|n't) (?:answer|respond|start|open|react|load|reach|com)\w*/,
      /\bno (?:answer|response|reaction)\b|\bunresponsive\b|\bunreachable\b|\bconnection refused\b|\btim(?:es?|ed|ing) ?out\b/,
      /\b(?:server|service|comfyui|comfy|production|it|site|page|interface|ui|api|port)\b([^.]{0,20}?)\b(?:is |has |are )?(?:down|dead|crash\w*|died|hangs?|hung|frozen|offline|gone)\b/,
      /\bhttp 50\d\b|\b50[234]\b/,
    ],
  },
];

/** Of what somebody says in an emergency the beginning. */
const maxChars = 500;
/** Shown of what matched. */
const maxQuoted = 80;

/** Returns what the words of a person say, one sign for each emergency that they name: in order of `emergencies`. */
export function signsOfWords(text: string): readonly Sign[] {
  const words = text.slice(0, maxChars).toLowerCase().replaceAll(/[’`]/g, "'").replaceAll(/\s+/g, ' ').trim();
  const named = emergencies.find((id) => id === words || id.replaceAll('-', ' ') === words);
  if (named !== undefined) return [signOf(named, weights.sinceWords, words)];
  return emergencies.flatMap((emergency) => {
    const row = table.find((one) => one.emergency === emergency);
    const found = row?.patterns.map((pattern) => saidIn(words, pattern)).find((match) => match !== undefined);
    return row === undefined || found === undefined ? [] : [signOf(emergency, row.weight, found)];
  });
}

/** Ends with a word that denies what comes next: `the disk is not yet | full`, `it isn't | out of memory`. */
const denial =
  /(?:\b(?:not|no|never|nothing|nor|without)|n't)(?: (?:the|a|an|my|its|that|this|is|was|yet|really|even|quite|been)){0,2} ?$/;

/** Returns the first place where it is said and not denied. */
function saidIn(words: string, pattern: RegExp): string | undefined {
  for (const match of words.matchAll(new RegExp(pattern, 'g'))) {
    const [text, ...between] = match;
    const isDenied = [words.slice(0, match.index), ...between].some((one) => denial.test(one ?? ''));
    if (!isDenied) return text;
  }
  return undefined;
}

const signOf = (emergency: Emergency, weight: number, quoted: string): Sign => ({
  ...{ emergency, weight, rows: [], sinceMs: null },
  sentence: `you say ${JSON.stringify(quoted.slice(0, maxQuoted))}`,
});
