import { ascending } from '../key-value/row-store.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { keyOfWindow, startOfWindow } from './window-key.ts'
import type { WindowOrder } from './window-rows.ts'

/** By start, then by key: as Java's in-memory window store iterates. */
export function byStart(left: string, right: string): number {
  return startOfWindow(left) - startOfWindow(right) || ascending(keyAndSequence(left), keyAndSequence(right))
}

/** By segment, then by key and start: as Java's RocksDB window store iterates. */
export function bySegment(segmentMs: number): WindowOrder {
  const segment = (windowKey: string): number => Math.floor(startOfWindow(windowKey) / segmentMs)
  return (left, right) => segment(left) - segment(right) || ascending(left, right)
}

export function reversed(order: WindowOrder): WindowOrder {
  return (left, right) => order(right, left)
}

/** The order of rows by that of their keys. */
export function inOrder(order: WindowOrder): (left: KeyedRow, right: KeyedRow) => number {
  return ([left], [right]) => order(left, right)
}

function keyAndSequence(windowKey: string): string {
  return keyOfWindow(windowKey) + windowKey.slice(-4)
}
