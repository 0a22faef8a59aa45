import {
  GraphQLError,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isObjectType,
} from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'

const depthMax = 8
const costMax = 5000
/** A field that asks a service, against one that reads what an answer has. */
const costOfCall = 10

/** An operation that is valid, with what it is executed with. */
export interface Measured {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

/** Null: the operation is small enough. Codes are `TOO_DEEP` and `TOO_COSTLY`. */
export function refusalOf(measured: Measured): GraphQLError | null {
  const { depth, cost } = measure(measured)
  if (depth > depthMax)
    return tooMuch('TOO_DEEP', `The operation is ${depth} fields deep, and may be ${depthMax}. Ask for less at once.`)
  if (cost > costMax)
    return tooMuch('TOO_COSTLY', `The operation costs ${cost}, and may cost ${costMax}. Ask for fewer rows (first).`)
  return null
}

const tooMuch = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } })

interface Size {
  readonly depth: number
  readonly cost: number
}

/**
 * How deep fields are nested, and what they cost: a list costs what its rows cost, times `first`. Each fragment is measured once, so that
 * fragments of fragments take no longer than their text. The operation must be valid: fragments go in no circles then.
 */
function measure({ schema, document, operationName, variableValues }: Measured): Size {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return { depth: 0, cost: 0 }
  const sizes = new Sizes(schema, document, operation, variableValues ?? {})
  return sizes.ofSelections(operation.selectionSet, root)
}

class Sizes {
  readonly #schema: GraphQLSchema
  readonly #document: DocumentNode
  readonly #operation: OperationDefinitionNode
  readonly #variables: Readonly<Record<string, unknown>>
  readonly #fragments = new Map<string, Size>()

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.#schema = schema
    this.#document = document
    this.#operation = operation
    this.#variables = variables
  }

  ofSelections({ selections }: SelectionSetNode, parent: GraphQLNamedType): Size {
    const sizes = selections.map((selection): Size => {
      if (selection.kind === Kind.FIELD) return this.#ofField(selection, parent)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(selection.name.value)
      const named = selection.typeCondition?.name.value
      return this.ofSelections(selection.selectionSet, (named && this.#schema.getType(named)) || parent)
    })
    return { depth: Math.max(0, ...sizes.map(({ depth }) => depth)), cost: sizes.reduce((sum, { cost }) => sum + cost, 0) }
  }

  #ofFragment(name: string): Size {
    const known = this.#fragments.get(name)
    if (known !== undefined) return known
    const fragment = this.#document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    )
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return { depth: 0, cost: 0 }
    const size = this.ofSelections(fragment.selectionSet, this.#schema.getType(fragment.typeCondition.name.value)!)
    this.#fragments.set(name, size)
    return size
  }

  #ofField(field: FieldNode, parent: GraphQLNamedType): Size {
    const definition = fieldOf(parent, field.name.value)
    const type = definition && getNamedType(definition.type)
    const inner =
      field.selectionSet && isCompositeType(type) ? this.ofSelections(field.selectionSet, type) : { depth: 0, cost: 0 }
    const first = definition && this.#firstOf(field, definition)
    const isCall = first !== undefined || this.#isRoot(parent)
    return {
      // The types of introspection are wrapped in lists and non-nulls, one field for each.
      depth: inner.depth + (field.name.value === 'ofType' ? 0 : 1),
      cost: (isCall ? costOfCall : 1) + (first ?? 1) * inner.cost,
    }
  }

  #isRoot(type: GraphQLNamedType): boolean {
    return type === this.#schema.getRootType(this.#operation.operation)
  }

  /** How many rows a list may have; undefined: it is none that is asked so. */
  #firstOf(field: FieldNode, { args }: GraphQLField<unknown, unknown>): number | undefined {
    const known = args.find(({ name }) => name === 'first')
    if (known === undefined) return undefined
    const given = field.arguments?.find(({ name }) => name.value === 'first')?.value
    const value =
      given?.kind === Kind.VARIABLE ? this.#variable(given.name.value) : given?.kind === Kind.INT ? given.value : undefined
    const number = Number(value ?? known.defaultValue)
    return Number.isFinite(number) ? Math.max(1, number) : Infinity
  }

  #variable(name: string): unknown {
    if (name in this.#variables) return this.#variables[name]
    const definition = this.#operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)
    return definition?.defaultValue?.kind === Kind.INT ? definition.defaultValue.value : undefined
  }
}

const metaFields = [SchemaMetaFieldDef, TypeMetaFieldDef]

function fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  const own = isObjectType(parent) ? parent.getFields()[name] : undefined
  return own ?? metaFields.find((field) => field.name === name)
}
