import { nearestWord } from '../domain/definitions/did-you-mean.ts';

/** Returns the known word that was probably meant, or undefined when none is near. */
export const suggestion = (word: string, known: Iterable<string>): string | undefined => nearestWord(word, known);
