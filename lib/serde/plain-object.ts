/** Whether an object is no instance of a class. An object of another realm has an `Object.prototype` of its own: the end of the chain tells. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}
