import type { Json } from '../../base/json.ts';
import type { Login } from '../../domain/agent-programs/agent-program.ts';
import type { Files } from '../../ports/files.ts';
import type { Dialect } from './dialect.ts';

/** Where a login is. `from` is never shown with what lies there. */
export type FoundLogin =
  | { readonly login: 'none' }
  | { readonly login: Exclude<Login, 'none'>; readonly from: 'variable'; readonly name: string }
  | { readonly login: Exclude<Login, 'none'>; readonly from: 'file'; readonly path: string };

/** Looks for the login of a program: a variable that is set counts before its file, as with the programs themselves. */
export async function findLogin(
  dialect: Pick<Dialect, 'loginFile' | 'loginOf' | 'variables'>,
  { files, homeDir, env }: { files: Files; homeDir: string; env: Readonly<Record<string, string | undefined>> },
): Promise<FoundLogin> {
  for (const { name, login } of dialect.variables)
    if (env[name] && login !== 'none') return { login, from: 'variable', name };
  const path = `${homeDir}/${dialect.loginFile}`;
  const text = await files.readText(path);
  const login = text === undefined ? 'none' : dialect.loginOf(parsed(text));
  return login === 'none' ? { login } : { login, from: 'file', path };
}

/** Shorter texts of a login file are names and kinds. */
const shortestSecret = 20;

/** Returns what of a login file is a secret: every long text in it. */
export function secretsOf(text: string | undefined): readonly string[] {
  const found: string[] = [];
  const look = (value: Json): void => {
    if (typeof value === 'string' && value.length >= shortestSecret) found.push(value);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach((one) => look(one as Json));
  };
  look(text === undefined ? null : parsed(text));
  return found;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
