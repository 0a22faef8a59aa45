declare const unread: unique symbol

/**
 * A key or value of type T that is handed on without being read. The engine may have it in bytes, and never decode it. So all that can
 * be done with it is to compare it with null, to give it to a store, and to forward it.
 */
export interface Unread<T> {
  readonly [unread]: T
}
