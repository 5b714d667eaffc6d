/**
 * Keys of git-config(1) by which git runs a program, reads or writes elsewhere, or shows other bytes than the stored
 * ones. Section and key are in lower case, a subsection is as written.
 */
const dangerous: readonly RegExp[] = [
  /^core\.(fsmonitor|hookspath|worktree|sshcommand|editor|pager|askpass|attributesfile|excludesfile|gitproxy|alternaterefscommand|usereplacerefs|autocrlf|eol)$/,
  /^(include|includeif\..*)\.path$/s,
  /^(filter|fsmonitor|hook|pager|credential|gpg|extensions|protocol|uploadpack|receive|safe|submodule|lfs|sendemail|trailer|tar|man|browser|guitool|difftool|mergetool)\./,
  /^(diff|merge)\..*\.(command|textconv|driver|trustexitcode)$/s,
  /^diff\.(external|orderfile|ignoresubmodules|submodule|tool|guitool)$/,
  /^merge\.(tool|guitool|verifysignatures)$/,
  /^interactive\.difffilter$/,
  /^sequence\.editor$/,
  /^(commit|tag|push)\.gpgsign$/,
  /^tag\.forcesignannotated$/,
  /^log\.(showsignature|mailmap)$/,
  /^mailmap\.(file|blob)$/,
  /^blame\.ignorerevsfile$/,
  /^user\.signingkey$/,
  /^commit\.template$/,
  /^web\.browser$/,
  /^(gc\.recentobjectshook|init\.templatedir)$/,
  /^instaweb\./,
  /^imap\.tunnel$/,
  /^url\..*\.(insteadof|pushinsteadof)$/s,
  /^remote\..*\.(uploadpack|receivepack|proxy|vcs|promisor|partialclonefilter)$/s,
  /^https?\.(.*\.)?(proxy|proxysslcert|proxysslkey|cookiefile|extraheader|sslverify|sslcainfo|sslcapath|sslcert|sslkey|curloptresolve)$/s,
];

/** An address with which git starts a program: a remote helper (`ext::sh -c …`) or what looks like an option. */
const runsHelper = (url: string): boolean => /^[A-Za-z0-9+.-]*::|^-/.test(url.trim());

/** Tells whether a configuration key decides what git runs or shows. `user.name`, or the plain address of a remote, does not. */
export function decidesWhatRuns(key: string, values: readonly string[]): boolean {
  if (dangerous.some((pattern) => pattern.test(key))) return true;
  // An alias may be a shell command, or begin with options such as `-c core.pager=…`.
  if (key.startsWith('alias.')) return values.some((value) => /^\s*[!-]/.test(value));
  if (/^remote\..*\.(url|pushurl)$/s.test(key)) return values.some(runsHelper);
  return false;
}
