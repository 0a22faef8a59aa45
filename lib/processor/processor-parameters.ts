import { TopologyError } from '../model/errors.ts'
import { lambdaResult } from './lambda-result.ts'
import type { AnyOperator } from './operator.ts'
import type { Processor } from './processor.ts'
import { readsAll, type Reads } from './reads.ts'

type AnyProcessor = Processor<never, never, never, never>

/** The class and the options of the operator that a node runs. */
export interface OperatorParameters {
  readonly kind: 'operator'
  /** The method of the DSL that added the node, e.g. `count`. Messages name it. */
  readonly method: string
  readonly operator: new (options: never) => AnyOperator
  readonly options: object
  /** What the operator reads: what its class declares, or else its options. Default: the values of both. */
  readonly reads: Reads
}

/** The supplier of the application's processor that a node runs. */
export interface SuppliedParameters {
  readonly kind: 'supplied'
  readonly method: string
  readonly supplier: () => AnyProcessor
}

/** Describes the processor of a node by plain data (Java: `ProcessorParameters`). Each task makes its own processor from it. */
export type ProcessorParameters = OperatorParameters | SuppliedParameters

/** The class of an operator. It declares what all its instances read; where that depends on the options, they do. */
type OperatorClass = (new (options: never) => AnyOperator) & { readonly reads?: Reads }

/** Describes a node that runs an operator of the DSL. */
export function operator<C extends OperatorClass>(
  method: string,
  type: C,
  ...options: ConstructorParameters<C>
): OperatorParameters {
  const [own = {}] = options as readonly object[]
  const { reads = type.reads ?? readsAll } = own as { readonly reads?: Reads }
  return Object.freeze({ kind: 'operator', method, operator: type, options: Object.freeze(own), reads })
}

/** Describes a node that runs a processor of the application. */
export function supplied(method: string, supplier: () => AnyProcessor): SuppliedParameters {
  checkSupplier(method, supplier)
  return Object.freeze({ kind: 'supplied', method, supplier })
}

/**
 * Each task has a processor of its own, so a supplier makes a new one each time. It is called twice to see that, as in Java
 * (`ApiUtils.checkSupplier`). Throws a `TopologyError`.
 */
export function checkSupplier(method: string, supplier: () => unknown): void {
  const make = (): unknown => lambdaResult(supplier(), 'supplier', `${method}()`)
  if (make() !== make()) return
  const message = `${method}() has a supplier that returns the same object twice: make a new one in it, because each task has its own.`
  throw new TopologyError('STREAMS_SHARED_PROCESSOR', message, { facts: { method } })
}

/** Makes the processor of a node for one task. */
export function makeProcessor(parameters: ProcessorParameters, nodeName: string): AnyProcessor {
  if (parameters.kind === 'supplied') return lambdaResult(parameters.supplier(), 'supplier', nodeName)
  return new parameters.operator(parameters.options as never)
}
