import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import type { ValueNode } from 'graphql'

/** An amount. A number of JSON has been rounded by the time it is here: only its text is exact. */
export const decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: String,
  parseValue: toDecimal,
  // The text of a number in a query is still there.
  parseLiteral: (node) => toDecimal(isNumber(node) || node.kind === Kind.STRING ? node.value : null),
})

/** A time: text of services, ms since the epoch of stores. */
export const dateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: (value) => new Date(value as string | number).toISOString(),
  parseValue: toTime,
})

const isNumber = (node: ValueNode) => node.kind === Kind.INT || node.kind === Kind.FLOAT

function toDecimal(value: unknown): string {
  if (typeof value === 'string' && /^\d{1,16}(\.\d{1,2})?$/.test(value)) return value
  throw new GraphQLError('A Decimal is a text such as "10.00".')
}

function toTime(value: unknown): string {
  const timeMs = typeof value === 'string' ? Date.parse(value) : NaN
  if (Number.isFinite(timeMs)) return new Date(timeMs).toISOString()
  throw new GraphQLError('A DateTime is a text such as "2026-11-22T10:00:05Z".')
}
