/** Returns the text with user names and passwords of addresses replaced by as many stars: texts of files go into messages and the journal. */
export function maskPasswords(text: string): string {
  return text.replace(
    /(:\/\/)([^\s/@'"]+)(?=@)/g,
    (_, start: string, secret: string) => start + '*'.repeat(secret.length),
  );
}
