/**
 * Returns a deep copy whose plain objects and arrays are frozen. Functions, serdes and instances of classes are neither copied nor
 * frozen, because they belong to the user.
 */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map((part: unknown) => frozenCopy(part))) as T
  if (!isPlain(value)) return value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, frozenCopy(part)]))) as T
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || 'serialize' in value) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
