import { ascending } from '../key-value/key-order.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { keyOfWindow, startOfWindow } from './window-key.ts'
import type { WindowOrder } from './window-rows.ts'

/** The order of Java's in-memory window store: by start, then by key. */
export function byStart(left: string, right: string): number {
  return startOfWindow(left) - startOfWindow(right) || ascending(keyAndSequence(left), keyAndSequence(right))
}

/** The order of Java's RocksDB window store: by segment, then by key and start. */
export function bySegment(segmentMs: number): WindowOrder {
  const segment = (windowKey: string): number => Math.floor(startOfWindow(windowKey) / segmentMs)
  return (left, right) => segment(left) - segment(right) || ascending(left, right)
}

export function reversed(order: WindowOrder): WindowOrder {
  return (left, right) => order(right, left)
}

/** Compares rows by this order of their window keys. */
export function inOrder(order: WindowOrder): (left: KeyedRow, right: KeyedRow) => number {
  return ([left], [right]) => order(left, right)
}

function keyAndSequence(windowKey: string): string {
  return keyOfWindow(windowKey) + windowKey.slice(-4)
}
