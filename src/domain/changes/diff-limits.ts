/** What one look at a diff holds at most: it has to fit into memory, a terminal and a reader, whatever an agent wrote. */
export const diffLimits = {
  /** Both sides of a file together; a larger one is told line by line only when its path is asked for. */
  maxFileBytes: 1024 * 1024,
  /** Of the patch, in one page. */
  pageBytes: 1024 * 1024,
} as const;
