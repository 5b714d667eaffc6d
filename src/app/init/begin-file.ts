/** First file of an init, with the id: one that was interrupted goes on under the same. */
export const beginFile = '.orchestrate/init-id';
