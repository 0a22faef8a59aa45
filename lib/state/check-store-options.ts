import { checkChoice } from '../model/check-options.ts'

/** The options of all kinds of stores besides names and serdes. */
interface StoreSettings {
  readonly caching?: unknown
  readonly changelog?: unknown
  readonly medium?: unknown
  readonly supplier?: unknown
  readonly slices?: unknown
}

/**
 * Throws a `TypeError` for a value that would otherwise silently mean the default, such as `caching: true` or `changelog: false`.
 * `call` names the user's call in the message.
 */
export function checkStoreSettings(call: string, { caching, changelog, medium, supplier, slices }: StoreSettings): void {
  checkChoice(call, 'caching', caching, ['enabled', 'disabled'])
  checkChoice(call, 'medium', medium, ['memory', 'disk', 'default'])
  checkChoice(call, 'supplier', supplier, ['plain', 'timestamped'])
  if (slices !== undefined && typeof slices !== 'boolean')
    throw new TypeError(`slices of ${call} is true or false, not ${JSON.stringify(slices)}.`)
  if (changelog === undefined || changelog === 'disabled') return
  if ('config' in Object(changelog)) return
  throw new TypeError(
    `changelog of ${call} is "disabled", or { config } with topic configuration, not ${JSON.stringify(changelog)}.`,
  )
}
