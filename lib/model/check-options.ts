import { nearestName } from './nearest-name.ts'

/** The names of all options of a bag; the compiler sees that none is left out. */
export type OptionNames<T> = { readonly [option in keyof T]-?: true }

/**
 * Refuses what is no bag of options, and options that nobody reads: a mistyped option would otherwise change nothing, silently. Throws
 * a `TypeError` that names the call, the option, and what it may have meant.
 */
export function checkOptions(call: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${call} takes an object of options here, not ${described(options)}.`)
  for (const option of Object.keys(options))
    if (!Object.hasOwn(known, option)) throw unknownOption(call, option, Object.keys(known))
}

function unknownOption(call: string, option: string, known: readonly string[]): TypeError {
  const nearest = nearestName(option, known)
  const next = nearest === undefined ? `Its options are ${known.join(', ')}.` : `Did you mean "${nearest}"?`
  return new TypeError(`${call} has no option "${option}". ${next}`)
}

function described(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? `the string ${JSON.stringify(value)}` : `a ${typeof value}`
}
