/** True when two types are the same, not only assignable to each other. */
export type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles when `T` is true: `proves<Exact<typeof value, string>>()`. */
export function proves<T extends true>(): T | undefined {
  return undefined
}
