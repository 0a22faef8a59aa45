/**
 * Whether an object is plain: its prototype is null or `Object.prototype`. The `Object.prototype` of another realm counts, too:
 * it is recognized because its own prototype is null.
 */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}
