const plain = /^-?(0|[1-9]\d*)(\.\d+)?$/

/**
 * The number that a text from outside says, as JSON writes it; NaN for any other text. JavaScript would also take `1e3`, `0x10`, `+1`,
 * `007` and texts with spaces: whoever sends one of these as an id or a size has made a mistake.
 */
export function plainNumber(text: string): number {
  return plain.test(text) ? Number(text) : NaN
}
