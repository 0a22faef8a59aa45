import type { FastifyError, FastifySchemaValidationError } from 'fastify'
import { Problem } from './problem.ts'

/** What Ajv says with `verbose`: the schema that refused, too. */
type SchemaError = FastifySchemaValidationError & { readonly parentSchema?: { readonly description?: string } }

/** What each error is to the client. Errors of our own code are a 500 that tells nothing of them. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { validation, validationContext, statusCode } = error as Partial<FastifyError>
  if (validation !== undefined) return invalid(validation as SchemaError[], validationContext ?? 'body')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return refused(statusCode, error)
  return new Problem(500, 'This is our fault, not yours. The log of the service says what happened.', {}, { cause: error })
}

const reasons: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'A body is JSON: send it with content-type application/json.',
}

function refused(status: number, cause: unknown): Problem {
  return new Problem(status, reasons[status] ?? reasons[400]!, {}, { cause })
}

/** A body that is JSON but not what the route takes is 422; what is no object at all, and all else of a request, is 400. */
function invalid(found: readonly SchemaError[], context: string): Problem {
  const byField = Map.groupBy(found, fieldOf)
  const whole = byField.get('')?.[0]
  byField.delete('')
  if (whole !== undefined && byField.size === 0) return new Problem(400, `The ${context} ${messageOf(whole)}.`)
  const errors = [...byField].map(([field, [first]]) => [field, messageOf(first!)] as const)
  const detail = errors.map(([field, reason]) => (reason.endsWith('.') ? reason : `${field} ${reason}.`))
  return new Problem(context === 'body' ? 422 : 400, detail.join(' '), Object.fromEntries(errors))
}

function fieldOf({ instancePath, params }: SchemaError): string {
  const name = params['missingProperty'] ?? params['additionalProperty']
  const path = instancePath.split('/').slice(1)
  return [...path, ...(typeof name === 'string' ? [name] : [])].join('.')
}

function messageOf({ keyword, message, parentSchema }: SchemaError): string {
  if (keyword === 'additionalProperties') return 'is not known here'
  if (keyword === 'required') return 'is missing'
  return parentSchema?.description ?? message ?? 'is not valid'
}
