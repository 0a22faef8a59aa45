import { nearestName } from './nearest-name.ts'

/** The names of all options of the type T. The compiler checks that none is missing. */
export type OptionNames<T> = { readonly [option in keyof T]-?: true }

/**
 * Refuses unknown options, because a mistyped option would silently change nothing, and arguments that are not an object of
 * options. Throws a `TypeError` that names the call and the option, and suggests the nearest known option.
 */
export function checkOptions(call: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${call} takes an object of options here, not ${described(options)}.`)
  for (const option of Object.keys(options))
    if (!Object.hasOwn(known, option)) throw unknownOption(call, option, Object.keys(known))
}

/** Checks an option that has a fixed set of values. Throws a `TypeError` that names the call, the option and the possible values. */
export function checkChoice(call: string, option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return
  throw new TypeError(`${option} of ${call} is ${choices.map((choice) => `"${choice}"`).join(' or ')}, not ${shown(value)}.`)
}

function shown(value: unknown): string {
  return typeof value === 'object' || typeof value === 'function' ? described(value) : JSON.stringify(value)
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
