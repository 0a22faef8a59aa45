import type { Chart } from './chart-history.ts'

/** What an operator looks at first. Each is a panel of the dashboards, too. */
export const pipelineCharts: readonly Chart[] = [
  {
    title: 'Still to read',
    unit: 'records',
    expression: 'sum by (instance) (kafka_consumer_fetch_manager_records_lag)',
    by: 'instance',
  },
  {
    title: 'Processed',
    unit: 'records/s',
    expression: 'sum by (instance) (rate(kafka_stream_task_process_total[1m]))',
    by: 'instance',
  },
  {
    title: 'From SQL to each station, 95 of 100 within',
    unit: 's',
    expression: 'histogram_quantile(0.95, sum by (le, stage) (rate(transfer_pipeline_e2e_seconds_bucket[1m])))',
    by: 'stage',
  },
  {
    title: 'Refused in a minute',
    unit: 'records',
    expression: 'sum by (class) (increase(dlq_records_total[1m]))',
    by: 'class',
  },
  {
    title: 'Waits in a minute',
    unit: 'records',
    expression: 'sum by (for) (increase(waits_total[1m]))',
    by: 'for',
  },
  {
    title: 'Still to restore',
    unit: 'records',
    expression: 'sum by (instance) (kafka_stream_task_restore_remaining_records_total)',
    by: 'instance',
  },
]
