/** Whether `await` would wait for the value. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/**
 * The result type of a lambda whose result is ignored: anything but a promise, because nobody would await it. An `async` lambda does
 * not compile with this type.
 */
export type NotPromise =
  void | undefined | null | boolean | number | bigint | string | symbol | (object & { readonly then?: undefined })
