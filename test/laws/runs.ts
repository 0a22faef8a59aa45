/** How often a law is tried: as often as it says, or `LAW_RUNS` times where that is more. */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: Math.max(usual, Number(process.env['LAW_RUNS'] ?? 0)) }
}
