import { checkOptions, type OptionNames } from '../model/check-options.ts'
import { operator } from '../processor/processor-parameters.ts'
import { KStreamBranch } from '../processor/stateless/kstream-branch.ts'
import { PassThrough } from '../processor/stateless/pass-through.ts'
import { checkName } from '../topology/names.ts'
import { internals, type StreamState } from './graph/state.ts'
import { streamOf } from './handles.ts'
import type { KStream } from './kstream.ts'
import type { Named } from './options.ts'
import { addStreamOperator } from './operators/stream-operators.ts'

/** Options of a branch (Java: `Branched`). */
export interface Branched<K, V> {
  /**
   * The branch's node is called `<name of the split><name>`. Default: the number of the branch, counted from 1. The default
   * branch has the number 0.
   */
  readonly name?: string | undefined
  /** Is called with the branch's stream. The map of branches holds the stream that this function returns. */
  readonly withFunction?: ((branch: KStream<K, V>) => KStream<K, V>) | undefined
  /** Is called with the branch's stream. The map of branches then leaves this branch out. Ignored beside `withFunction`. */
  readonly withConsumer?: ((branch: KStream<K, V>) => void) | undefined
}

const optionNames: OptionNames<Branched<unknown, unknown>> = { name: true, withFunction: true, withConsumer: true }

/** A stream that is being split (Java: `BranchedKStream`). */
export class BranchedKStream<K, V> {
  readonly #splitter: StreamState
  readonly #branches: { readonly predicate: (value: never, key: never) => boolean; readonly child: string }[] = []
  readonly #streams = new Map<string, KStream<K, V>>()
  #defaultChild: string | undefined

  constructor(stream: KStream<K, V>, named: Named | undefined) {
    const processor = () =>
      operator('split', KStreamBranch<never, never>, { branches: [...this.#branches], defaultChild: this.#defaultChild })
    this.#splitter = addStreamOperator(stream[internals], { prefix: 'KSTREAM-BRANCH-', named, processor })
  }

  /**
   * Adds a branch for the records that match this predicate and no predicate of an earlier branch.
   *
   * @example
   * orders.split().branch((order) => order.amount > 100, { name: 'large', withConsumer: (large) => large.to(ordersTopic) })
   */
  branch(predicate: (value: V, key: K) => boolean, branched: Branched<K, V> = {}): this {
    checkOptions('branch()', branched, optionNames)
    const child = this.#child(branched.name ?? String(this.#branches.length + 1))
    this.#branches.push({ predicate, child })
    this.#add(child, branched)
    return this
  }

  /**
   * Adds a branch for the records that match no predicate. Returns all branches, by node name.
   *
   * @example
   * const branches = orders.split({ name: 'by-' }).branch((order) => order.amount > 100, { name: 'large' }).defaultBranch({ name: 'small' })
   * branches.get('by-small')
   */
  defaultBranch(branched: Branched<K, V> = {}): ReadonlyMap<string, KStream<K, V>> {
    checkOptions('defaultBranch()', branched, optionNames)
    const child = this.#child(branched.name ?? '0')
    this.#defaultChild = child
    this.#add(child, branched)
    return this.#streams
  }

  /**
   * Drops the records that match no predicate, silently. Returns all branches, by node name.
   *
   * @example
   * const branches = orders.split({ name: 'by-' }).branch((order) => order.amount > 100, { name: 'large' }).noDefaultBranch()
   */
  noDefaultBranch(): ReadonlyMap<string, KStream<K, V>> {
    return this.#streams
  }

  #child(suffix: string): string {
    return checkName(this.#splitter.name + suffix)
  }

  #add(name: string, { withFunction, withConsumer }: Branched<K, V>): void {
    const processor = operator('branch', PassThrough)
    const branch = streamOf<K, V>(addStreamOperator(this.#splitter, { prefix: name, named: { name }, processor }))
    if (withFunction !== undefined) this.#streams.set(name, withFunction(branch))
    else if (withConsumer === undefined) this.#streams.set(name, branch)
    else withConsumer(branch)
  }
}
