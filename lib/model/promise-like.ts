/** Whether `await` would wait for the value. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/**
 * What a lambda may return whose result nobody reads: anything but a promise, since nobody would await it. An `async` lambda does not
 * compile there.
 */
export type NotPromise =
  void | undefined | null | boolean | number | bigint | string | symbol | (object & { readonly then?: undefined })
