/** What markers ask about an interpreter and its machine; the interpreter is CPython. */
export interface MarkerFacts {
  /** `3.12.4` */
  readonly version: string;
  /** `linux-x86_64`, `macosx-14.0-arm64` (`sysconfig.get_platform()`). */
  readonly platform: string;
}

/**
 * Tells whether a marker (PEP 508) such as `sys_platform == "win32" and python_version < "3.13"` applies.
 * Undefined for a marker that is not well-formed or asks for something else than interpreter and platform.
 */
export function markerApplies(marker: string, facts: MarkerFacts): boolean | undefined {
  const tokens = marker.match(/\(|\)|"[^"]*"|'[^']*'|===|==|!=|~=|<=|>=|<|>|[A-Za-z_.]+|\S/g) ?? [];
  let at = 0;
  let isKnown = true;
  const take = (token: string): boolean => tokens[at] === token && ((at += 1), true);
  const value = (): string | undefined => {
    const token = tokens[at] ?? '';
    at += 1;
    return /^["']/.test(token) ? token.slice(1, -1) : variable(token, facts);
  };
  const comparison = (): boolean => {
    if (take('(')) {
      const inner = either();
      isKnown &&= take(')');
      return inner;
    }
    const left = value();
    const operator = tokens[at] === 'not' ? `${tokens[at++]} ${tokens[at++]}` : (tokens[at++] ?? '');
    const right = value();
    const answer = left === undefined || right === undefined ? undefined : compare(left, operator, right);
    isKnown &&= answer !== undefined;
    return answer === true;
  };
  const both = (): boolean => {
    let answer = comparison();
    while (take('and')) answer = comparison() && answer;
    return answer;
  };
  const either = (): boolean => {
    let answer = both();
    while (take('or')) answer = both() || answer;
    return answer;
  };
  const answer = either();
  return isKnown && at === tokens.length ? answer : undefined;
}

function variable(name: string, { version, platform }: MarkerFacts): string | undefined {
  const [system = '', ...rest] = platform.split('-');
  const isMac = system === 'macosx';
  switch (name) {
    case 'python_version':
      return version.split('.').slice(0, 2).join('.');
    case 'python_full_version':
      return version;
    case 'sys_platform':
      return isMac ? 'darwin' : system;
    case 'platform_system':
      return isMac ? 'Darwin' : `${system.charAt(0).toUpperCase()}${system.slice(1)}`;
    case 'os_name':
      return 'posix';
    case 'platform_machine':
      return rest.at(-1);
    case 'implementation_name':
      return 'cpython';
    case 'platform_python_implementation':
      return 'CPython';
    case 'extra':
      return '';
    default:
      return undefined;
  }
}

function compare(left: string, operator: string, right: string): boolean | undefined {
  const numbers = (text: string): readonly number[] | undefined =>
    /^\d+(?:\.\d+)*$/.test(text) ? text.split('.').map(Number) : undefined;
  const [a, b] = [numbers(left), numbers(right)];
  const order = a === undefined || b === undefined ? undefined : compareNumbers(a, b);
  const isEqual = order === undefined ? left === right : order === 0;
  switch (operator) {
    case '==':
    case '===':
      return isEqual;
    case '!=':
      return !isEqual;
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '<':
      return order === undefined ? undefined : order < 0;
    case '<=':
      return order === undefined ? undefined : order <= 0;
    case '>':
      return order === undefined ? undefined : order > 0;
    case '>=':
      return order === undefined ? undefined : order >= 0;
    default:
      return undefined;
  }
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
