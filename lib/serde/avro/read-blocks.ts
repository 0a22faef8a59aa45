import type { AvroInput } from './avro-input.ts'
import type { AvroType } from './avro-type.ts'

/** Items that take no bytes, as nulls do, may be this many: hostile bytes would else cost time and memory without end. */
const emptyItemsMax = 1 << 20

/** How many items one block may have. A count is believed only if the bytes for it are there. */
export type BlockLimit = (input: AvroInput) => number

export function blockLimit(item: AvroType): BlockLimit {
  return takesBytes(item) ? (input) => input.left : () => emptyItemsMax
}

/**
 * Reads the items of an array or a map: blocks of a count and items, up to an empty one. A negative count is followed by the block's size in
 * bytes.
 */
export function readBlocks(input: AvroInput, limit: BlockLimit, readItem: () => void): void {
  for (let count = input.long(); count !== 0; count = input.long()) {
    if (count < 0) input.skipVarint()
    const items = Math.abs(count)
    if (items > limit(input)) throw new RangeError(`a block of ${items} items is announced, ${input.left} bytes are there`)
    for (let index = 0; index < items; index++) readItem()
  }
}

/** Whether each value of the type takes at least a byte. `above` are the records around it: one that contains itself directly has no values. */
function takesBytes(type: AvroType, above: readonly AvroType[] = []): boolean {
  if (type.kind === 'null') return false
  if (type.kind === 'fixed') return type.size > 0
  if (type.kind !== 'record' || above.includes(type)) return true
  return type.fields.some((field) => takesBytes(field.type, [...above, type]))
}
