import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoSystemError } from 'mongodb'
import { StoreRefused, StoreUnavailable } from '../../sink/document-store.ts'

/** Not primary, shutting down, no majority, out of time or disk: another try may succeed. */
const passing: ReadonlySet<number> = new Set([
  6, 7, 50, 64, 79, 89, 91, 100, 112, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436, 14_031,
])
/** No user, wrong password, no right, no such mechanism. */
const refusing: ReadonlySet<number> = new Set([11, 13, 18, 33, 59, 8000])
const certificate = /CERT|SELF_SIGNED|ISSUER|SIGNATURE|^ERR_(TLS|SSL)/

export const isPassing = (error: MongoServerError): boolean =>
  error.hasErrorLabel('RetryableWriteError') || passing.has(Number(error.code))

/** What an error of the driver says of the store at `where`; other errors as they are. */
export function storeError(error: unknown, where: string): unknown {
  if (!(error instanceof MongoError)) return error
  if (isRefusal(error))
    return new StoreRefused(`${where} does not let us in: ${error.message}. Check user, password and certificates.`, {
      cause: error,
    })
  return isAway(error) ? new StoreUnavailable(`${where} does not answer: ${error.message}.`, { cause: error }) : error
}

function isRefusal(error: MongoError): boolean {
  const codes = [...causes(error)].map((cause) => (cause as { readonly code?: unknown }).code)
  return codes.some((code) => (typeof code === 'number' ? refusing.has(code) : certificate.test(String(code))))
}

function isAway(error: MongoError): boolean {
  if (error instanceof MongoServerError) return isPassing(error)
  if (error instanceof MongoNetworkError || error instanceof MongoSystemError) return true
  return error instanceof MongoServerSelectionError || /pool|topology|timed out/i.test(error.message)
}

function* causes(error: Error): Generator<Error> {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) yield cause
  if (!(error instanceof MongoSystemError)) return
  for (const { error: own } of error.reason?.servers.values() ?? []) if (own !== null) yield* causes(own)
}
