/** Returns the message of anything that was thrown, with a full stop at its end, so that another sentence can follow. */
export function sentenceOf(error: unknown): string {
  const text = (error instanceof Error ? error.message || error.name : String(error)).trim()
  return /[.!?]$/.test(text) ? text : `${text}.`
}
