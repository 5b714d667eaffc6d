const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Returns why a text is no readiness address, as the end of a sentence, or undefined when it is one. */
export function readinessProblem(text: string): string | undefined {
  const filled = readyUrl(text, 8080);
  if (!URL.canParse(filled)) return 'is no address such as http://127.0.0.1:{port}/health';
  const url = new URL(filled);
  if (url.protocol !== 'http:') return 'has to begin with http://';
  if (!loopback.has(url.hostname))
    return `names ${url.hostname}: only this machine is asked (127.0.0.1, localhost, [::1])`;
  if (url.username !== '' || url.password !== '')
    return 'has a user name or password in it, and this file is kept in git';
  if (url.port !== '8080' || !/^http:\/\/[^/]*:\{port\}(\/|$|\?)/.test(text))
    return 'has to name the port as {port}: each instance has its own';
  return undefined;
}

/** Returns the address for a port. */
export const readyUrl = (template: string, port: number): string => template.replaceAll('{port}', String(port));

/** Returns the path that is asked, for sentences: `/health`. */
export const readyPath = (template: string): string => new URL(readyUrl(template, 8080)).pathname;
