import { lambdaResult } from './lambda-result.ts'
import type { AnyOperator } from './operator.ts'
import type { Processor } from './processor.ts'

type AnyProcessor = Processor<never, never, never, never>

/** A node that runs an operator of the DSL: which one, with which options. */
export interface OperatorParameters {
  readonly kind: 'operator'
  /** The method of the DSL that added the node. Messages name it: `count`. */
  readonly method: string
  readonly operator: new (options: never) => AnyOperator
  readonly options: object
}

/** A node that runs a processor of the application. */
export interface SuppliedParameters {
  readonly kind: 'supplied'
  readonly method: string
  readonly supplier: () => AnyProcessor
}

/** What a processor node runs, as a plain value (Java: `ProcessorParameters`). Each task makes its own processor from it. */
export type ProcessorParameters = OperatorParameters | SuppliedParameters

export function operator<C extends new (options: never) => AnyOperator>(
  method: string,
  type: C,
  ...options: ConstructorParameters<C>
): OperatorParameters {
  const [own = {}] = options as readonly object[]
  return Object.freeze({ kind: 'operator', method, operator: type, options: Object.freeze(own) })
}

export function supplied(method: string, supplier: () => AnyProcessor): SuppliedParameters {
  return Object.freeze({ kind: 'supplied', method, supplier })
}

export function makeProcessor(parameters: ProcessorParameters, nodeName: string): AnyProcessor {
  if (parameters.kind === 'supplied') return lambdaResult(parameters.supplier(), 'supplier', nodeName)
  return new parameters.operator(parameters.options as never)
}
