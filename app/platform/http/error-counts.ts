import type { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import type { Http } from './open-http.ts'

/** What the service has refused, retried and waited for since it began, by the names under which counts are published. */
export function addErrorCounts(http: Http, counts: ErrorCounts): void {
  http.get('/errors', { schema: { summary: 'Counts of errors by class.' } }, () => ({ counts: counts.all() }))
}
