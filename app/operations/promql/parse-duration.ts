const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads a duration of Prometheus, such as `90s` or `1h30m`, as ms. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new SyntaxError(`“${text}” is no duration, such as 90s or 1h30m.`)
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitsMs[unit!]!, 0)
}
