import { checkChoice } from '../model/check-options.ts'

/** What all kinds of stores may be told besides names and serdes. */
interface StoreSettings {
  readonly caching?: unknown
  readonly changelog?: unknown
  readonly medium?: unknown
  readonly supplier?: unknown
}

/** Throws a `TypeError` for a value that would otherwise mean the default in silence: `caching: true`, `changelog: false`. `call` is whose they are. */
export function checkStoreSettings(call: string, { caching, changelog, medium, supplier }: StoreSettings): void {
  checkChoice(call, 'caching', caching, ['enabled', 'disabled'])
  checkChoice(call, 'medium', medium, ['memory', 'disk', 'default'])
  checkChoice(call, 'supplier', supplier, ['plain', 'timestamped'])
  if (changelog === undefined || changelog === 'disabled') return
  if ('config' in Object(changelog)) return
  throw new TypeError(
    `changelog of ${call} is "disabled", or { config } with topic configuration, not ${JSON.stringify(changelog)}.`,
  )
}
