import { Counter } from 'prom-client'
import type { ErrorCounter, ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import type { Http } from './open-http.ts'

/** What the service has refused, retried and waited for since it began, by the names under which counts are published. */
export function addErrorCounts(http: Http, counts: ErrorCounts): void {
  http.get('/errors', { schema: { summary: 'Counts of errors by class.' } }, () => ({ counts: counts.all() }))
  for (const [name, { help, labelNames }] of Object.entries(published)) {
    new Counter({
      name,
      help,
      labelNames,
      registers: [http.metrics],
      collect() {
        this.reset()
        for (const { name: counted, labels, value } of counts.all()) if (counted === name) this.inc(labels, value)
      },
    })
  }
}

const published: Readonly<Record<ErrorCounter, { readonly help: string; readonly labelNames: readonly string[] }>> = {
  dlq_records_total: { help: 'Records that became dead letters.', labelNames: ['topic', 'class'] },
  retry_records_total: { help: 'Records that went to a retry topic.', labelNames: ['topic', 'delay_ms'] },
  stale_records_total: { help: 'Retries and replays dropped because something newer was processed.', labelNames: ['topic'] },
  repeated_replays_total: { help: 'Replays dropped because the same letter was processed before.', labelNames: ['topic'] },
  waits_total: { help: 'Times that something was waited for, with nothing skipped.', labelNames: ['for'] },
  statements_without_records_total: { help: 'Statements that changed a table without a record.', labelNames: ['table', 'kind'] },
}
