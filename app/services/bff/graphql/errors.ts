import { GraphQLError } from 'graphql'
import { Problem } from '../../../platform/http/problem.ts'

/** By the status that a service answers. What is not here is `INTERNAL`. */
const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  412: 'PRECONDITION_FAILED',
  422: 'INVALID',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
}

/** What clients are told: the refusals of services with a code and what is wrong field by field. Of errors of our own code they hear nothing. */
export function toGraphQlError(error: unknown, onFault: (error: unknown) => void): GraphQLError {
  const graphql = error instanceof GraphQLError ? error : undefined
  const cause = graphql?.originalError ?? error
  if (graphql !== undefined && (cause === graphql || cause instanceof GraphQLError || cause == null)) return graphql
  const { nodes, path } = graphql ?? {}
  const told = (message: string, extensions: Record<string, unknown>): GraphQLError =>
    new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions })
  if (cause instanceof Problem) {
    const fields = Object.keys(cause.errors).length === 0 ? {} : { errors: cause.errors }
    return told(cause.message, { code: codes[cause.status] ?? 'INTERNAL', status: cause.status, ...fields })
  }
  onFault(cause)
  return told('This is our fault, not yours. The log of the service says what happened.', { code: 'INTERNAL', status: 500 })
}
