/** What a picture file carries besides its pixels. */
export interface Pictures {
  /**
   * The text chunks of a PNG (tEXt, zTXt, iTXt) by keyword; the first of a keyword counts. Pixels are not decoded.
   * Fault `DEFINITION_INVALID` when the file is no PNG, is larger than 64 MB, or a text unpacks to more than 8 MB;
   * `FILE_ACCESS` when it cannot be read. Format: https://www.w3.org/TR/png-3/#11textinfo
   */
  texts(path: string): Promise<Readonly<Record<string, string>>>;
}
