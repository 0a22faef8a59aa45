import { types } from 'node:util'
import { Encoded } from '../kernel/encoded.ts'
import { asBuffer } from '../model/bytes.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { ValueGuard } from '../runtime/task/value-guard.ts'

/**
 * Freezes the keys and values that operators pass on, so that a later change of them throws. Bytes, dates, maps and sets cannot
 * be frozen. Their contents are noted and compared later instead.
 */
export class PassedOnValues implements ValueGuard {
  /** The objects that are already deeply frozen. The value of each is the list of its parts that cannot be frozen. */
  readonly #known = new WeakMap<object, readonly object[]>()

  passOn({ key, value }: StreamRecord<unknown, unknown>): (() => boolean) | undefined {
    const open = [...this.#freeze(key), ...this.#freeze(value)]
    if (open.length === 0) return undefined
    const before = open.flatMap(contents)
    return () => {
      const after = open.flatMap(contents)
      return after.length !== before.length || after.some((part, index) => !Object.is(part, before[index]))
    }
  }

  /** Freezes a value deeply. Returns its parts that cannot be frozen. */
  #freeze(value: unknown): readonly object[] {
    // What nobody reads, nobody changes; and the engine points one object at one record after the other.
    if (typeof value !== 'object' || value === null || value instanceof Encoded) return []
    const known = this.#known.get(value)
    if (known !== undefined) return known
    // This entry ends the recursion in an object that contains itself.
    this.#known.set(value, [])
    const isOpen = isUnfreezable(value)
    const parts = isOpen ? (holdsObjects(value) ? contents(value) : []) : Object.values(Object.freeze(value))
    const open = [...(isOpen ? [value] : []), ...parts.flatMap((part) => this.#freeze(part))]
    this.#known.set(value, open)
    return open
  }
}

/** Whether freezing an object does not protect its contents, because these are not properties. */
function isUnfreezable(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isDate(value) || holdsObjects(value)
}

function holdsObjects(value: object): boolean {
  return types.isMap(value) || types.isSet(value)
}

/** Returns the contents of an object as a list of primitive values and objects. Objects are compared by identity. */
function contents(value: object): readonly unknown[] {
  if (types.isDate(value)) return [value.getTime()]
  if (types.isMap(value)) return [...value].flat()
  if (types.isSet(value)) return [...value]
  if (ArrayBuffer.isView(value))
    return [asBuffer(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)).toString('latin1')]
  return [Buffer.from(value as ArrayBuffer).toString('latin1')]
}
