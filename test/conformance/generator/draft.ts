import type { Json, JsonObject, Step } from '../scenario/scenario.ts'
import type { Dice } from './dice.ts'

export type ValueType = 'string' | 'long'

/** What a step has made, and what may be done with it. */
export interface Handle {
  readonly as: string
  readonly kind: 'stream' | 'table' | 'windowed-table' | 'global-table'
  readonly type: ValueType
  /** A table on a versioned store: some operators refuse it. */
  readonly history?: number
  /** Serde of the windowed keys. */
  readonly key?: Json
  uses: number
}

export type ReadableStore = { readonly name: string; readonly kind: 'key-value' | 'window' | 'session' | 'versioned' }

/** Drops what is undefined: an argument that is left out. */
export function tidy(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

export function serdes(type: ValueType): { readonly key: Json; readonly value: Json } {
  return { key: 'string', value: type }
}

/** A scenario that grows. */
export class Draft {
  readonly dice: Dice
  readonly topo: Step[] = []
  readonly handles: Handle[] = []
  readonly inputTopics: string[] = []
  readonly topics: Record<string, [Json, Json]> = {}
  readonly stores: ReadableStore[] = []
  /** How far time moves from record to record, and how late a record may be. */
  span = 8
  late = 8
  /** Wall-clock time must pass for something to happen. */
  hasWallClock = false
  #serial = 0

  constructor(dice: Dice) {
    this.dice = dice
  }

  unique(prefix: string): string {
    return `${prefix}${this.#serial++}`
  }

  /** A name for a node, now and then. */
  named(probability = 0.25): string | undefined {
    return this.dice.maybe(probability, () => this.unique('node'))
  }

  step(op: string, args: Readonly<Record<string, Json | undefined>> = {}): void {
    this.topo.push({ op, ...tidy(args) })
  }

  /** A step whose result can be used again. */
  add(made: Omit<Handle, 'as' | 'uses'>, op: string, args: Readonly<Record<string, Json | undefined>> = {}): void {
    const as = this.unique('h')
    this.topo.push({ op, ...tidy(args), as })
    this.handles.push({ ...made, as, uses: 0 })
  }

  /** Another handle of the kind, if there is one; it counts as used. */
  other(kind: Handle['kind'], fits: (handle: Handle) => boolean = () => true): Handle | undefined {
    const fitting = this.handles.filter((handle) => handle.kind === kind && fits(handle))
    return fitting.length === 0 ? undefined : this.dice.pick(fitting)
  }

  spread(spanMs: number, lateMs: number): void {
    this.span = Math.max(this.span, spanMs)
    this.late = Math.max(this.late, lateMs)
  }
}
