/**
 * A copy whose plain objects and lists are frozen to the bottom. Functions, serdes and instances of classes stay the same ones:
 * they belong to whoever made them.
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
