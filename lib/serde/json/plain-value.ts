import { isPlain } from '../plain-object.ts'

/** A part of a value that JSON does not read back equal. */
export interface Loss {
  readonly path: readonly string[]
  readonly what: string
}

/**
 * Searches a value for parts that JSON would silently change: NaN and infinities, functions and symbols, `undefined` in arrays,
 * and objects that are neither plain nor arrays (`Date`, `Map`, `Set`, bytes, instances of classes). An undefined member of an
 * object counts as absent.
 *
 * `JSON.stringify` must have accepted the value before, so it has no cycles.
 */
export class PlainValueCheck {
  /** Whether the value contains −0. JSON has −0, but `JSON.stringify` writes 0 instead. */
  hasMinusZero = false

  firstLoss(value: unknown): Loss | undefined {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return undefined
      case 'number':
        if (Object.is(value, -0)) this.hasMinusZero = true
        return Number.isFinite(value) ? undefined : loss(String(value))
      case 'object':
        return value === null ? undefined : this.#inObject(value)
      default:
        return loss(value === undefined ? 'undefined' : `a ${typeof value}`)
    }
  }

  #inObject(value: object): Loss | undefined {
    if (Array.isArray(value)) return isOwnArray(value) ? this.#inArray(value) : loss(describe(value))
    if (!isPlain(value)) return loss(describe(value))
    if (Object.getOwnPropertySymbols(value).length > 0) return loss('an object with members named by symbols')
    for (const key of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[key]
      const found = member === undefined ? undefined : this.firstLoss(member)
      if (found !== undefined) return { ...found, path: [key, ...found.path] }
    }
    return undefined
  }

  #inArray(elements: readonly unknown[]): Loss | undefined {
    for (let index = 0; index < elements.length; index++) {
      const found = this.firstLoss(elements[index])
      if (found !== undefined) return { ...found, path: [String(index), ...found.path] }
    }
    return undefined
  }
}

/** Returns the text of a loss in messages, e.g. `order.at is an instance of Date`. */
export function describeLoss({ path, what }: Loss): string {
  return `${path.length === 0 ? 'it' : path.join('.')} is ${what}`
}

function loss(what: string): Loss {
  return { path: [], what }
}

function isOwnArray(value: unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Array.prototype || isPlain(prototype as object)
}

function describe(value: object): string {
  const { name } = (value as { readonly constructor?: { readonly name?: unknown } }).constructor ?? {}
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object with a prototype of its own'
}
