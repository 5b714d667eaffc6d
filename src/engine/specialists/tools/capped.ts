/** Most that a tool answers: more would fill the window of a model with one answer. */
export const maxAnswerChars = 64 * 1024;
/** Most of it that the journal keeps; the whole is in the transcript. */
export const maxJournalChars = 2_000;

/** Returns the text, or its beginning and end with a line between that says how much is left out. */
export function capped(text: string, most: number = maxAnswerChars): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.7);
  const tail = Math.floor(most * 0.25);
  const nLeftOut = text.length - head - tail;
  return `${wellFormed(text.slice(0, head))}\n[${nLeftOut} characters left out]\n${wellFormed(text.slice(-tail))}`;
}

/** A cut may go through a character of two halves. */
const wellFormed = (text: string): string => text.toWellFormed();
