/** Names of environment variables whose values are secrets, as people and programs call them. */
const secretName =
  /(?:^|_)(?:API_?KEY|ACCESS_KEY|SECRET(?:_KEY)?|TOKEN|PASSWORD|PASSWD|AUTH(?:_TOKEN)?|CREDENTIALS?|PRIVATE_KEY)(?:_|$)/i;

/** A value with a path or a yes in it is none, whatever its name. */
const isNoValue = (value: string): boolean => value.length < 8 || /^(?:\/|\.\/|~\/)[\w./-]*$/.test(value);

/** Returns the values of an environment that are secrets by the names of their variables. */
export const secretsOfEnvironment = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) && !isNoValue(value) ? [value] : [],
  );
