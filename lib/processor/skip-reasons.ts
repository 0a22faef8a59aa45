/** Why operators skip a record; the log says it behind "because". */
export const noKey = 'it has no key'
export const noValue = 'it has no value'
export const noForeignKey = 'its value has no foreign key'
export const closedWindow = 'its window is closed'
export const closedSession = 'its session is closed'
export const beforeUnlimitedWindow = 'it is older than the start of the unlimited window'
export const supersededVersion = 'its table keeps versions, and a newer one of this key is there'

/** The reason of an operator that needs a key and a value. */
export function noKeyOrValue(key: unknown): string {
  return key === null ? noKey : noValue
}
