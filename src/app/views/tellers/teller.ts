/** A sentence for each kind of row of a feature. */
export type TellersOf<Rows> = { readonly [Kind in keyof Rows]: (data: Rows[Kind]) => string };
