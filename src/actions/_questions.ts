/** Returns every reason why a person has to say yes as one, or null where there is none. */
export function joinedQuestions(...questions: readonly (string | null | undefined)[]): string | null {
  const asked = questions.filter((one) => typeof one === 'string');
  return asked.length === 0 ? null : asked.join('; ');
}
