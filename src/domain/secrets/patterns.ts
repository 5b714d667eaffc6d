/** What a secret is recognised by where its value is not known. */
interface SecretPattern {
  readonly id: string;
  /** In words, for people: `a key of Anthropic`. */
  readonly what: string;
  /** Global; each part bounded, so that it takes time in proportion to the text. */
  readonly pattern: RegExp;
  /** For exactly what it finds; false: it is told from its place only, as a password in an address. */
  readonly isWhole: boolean;
}

/**
 * Secrets whose form nothing else has: prefixes that their makers publish so that scanners find them. Forms as
 * https://docs.github.com/en/code-security/secret-scanning lists them; nothing is guessed from randomness.
 */
export const secretPatterns: readonly SecretPattern[] = [
  { id: 'anthropic', what: 'a key of Anthropic', pattern: /\bsk-ant-[A-Za-z0-9_-]{20,200}/g, isWhole: true },
  { id: 'openrouter', what: 'a key of OpenRouter', pattern: /\bsk-or-v1-[0-9a-f]{40,80}/g, isWhole: true },
  { id: 'openai', what: 'a key of OpenAI', pattern: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,250}/g, isWhole: true },
  { id: 'aws', what: 'an access key of AWS', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, isWhole: true },
  { id: 'github', what: 'a token of GitHub', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}/g, isWhole: true },
  { id: 'github-pat', what: 'a token of GitHub', pattern: /\bgithub_pat_[A-Za-z0-9_]{40,255}/g, isWhole: true },
  { id: 'gitlab', what: 'a token of GitLab', pattern: /\bglpat-[A-Za-z0-9_-]{20,100}/g, isWhole: true },
  { id: 'google', what: 'a key of Google', pattern: /\bAIza[A-Za-z0-9_-]{35}/g, isWhole: true },
  { id: 'huggingface', what: 'a token of Hugging Face', pattern: /\bhf_[A-Za-z]{34}\b/g, isWhole: true },
  { id: 'npm', what: 'a token of npm', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, isWhole: true },
  { id: 'pypi', what: 'a token of PyPI', pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,300}/g, isWhole: true },
  { id: 'slack', what: 'a token of Slack', pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,250}/g, isWhole: true },
  { id: 'stripe', what: 'a live key of Stripe', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,200}/g, isWhole: true },
  {
    id: 'private-key',
    what: 'a private key',
    pattern: /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----[A-Za-z0-9+/=\s:,\\-]{0,20000}/g,
    isWhole: true,
  },
  {
    id: 'address',
    what: 'a password in an address',
    pattern: /(?<=[a-z]:\/\/)[^\s/:@"'<>]{0,200}:[^\s/@"'<>]{1,500}(?=@[\w[])/g,
    isWhole: false,
  },
  {
    id: 'bearer',
    what: 'a bearer token',
    pattern: /(?<=\b[Aa]uthorization["']?\s?[:=]\s?["']?(?:Bearer|Basic|Token) )[A-Za-z0-9._~+/=-]{8,2000}/g,
    isWhole: false,
  },
];
