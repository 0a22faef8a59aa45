// The reasons why operators skip a record. In the log they follow the word "because".
export const noKey = 'it has no key'
export const noValue = 'it has no value'
export const noForeignKey = 'its value has no foreign key'
export const closedWindow = 'its window is closed'
export const closedSession = 'its session is closed'
export const beforeUnlimitedWindow = 'it is older than the start of the unlimited window'
export const supersededVersion = 'its table keeps versions, and has a newer one of this key'

/** Returns the reason of an operator that needs a key and a value. */
export function noKeyOrValue(key: unknown): string {
  return key === null ? noKey : noValue
}
