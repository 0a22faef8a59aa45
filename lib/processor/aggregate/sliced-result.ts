import { StreamsError } from '../../model/errors.ts'
import { lambdaResult } from '../lambda-result.ts'

/**
 * Returns the result of a lambda that makes the aggregate of a slice. Throws where `lambdaResult` does, and for null: it would delete the windows of
 * the record, and a slice cannot say of which of its windows it is deleted.
 */
export function slicedResult<A>(result: A | null, lambda: string, nodeName: string): A {
  const aggregate = lambdaResult(result, lambda, nodeName)
  if (aggregate !== null) return aggregate
  const message = `The ${lambda} of ${nodeName} returned null. Windows that are kept as slices are not deleted: return an aggregate, or leave slices out.`
  throw new StreamsError('STREAMS_LAMBDA_RETURNED_NULL', message, { facts: { lambda, nodeName } })
}
