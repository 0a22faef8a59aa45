import { codeOf } from '../../examples/transfer-pipeline/errors/error-class.ts'
import type { FailedRecord, SinkStage } from './sink.ts'

/** The sink as Connect names it, in headers of its dead letters. */
const connectorName = 'mongo-sink'

/** What a stage is carried out by where the sink is the real connector. */
const classes: Readonly<Record<SinkStage, string>> = {
  KEY_CONVERTER: 'org.apache.kafka.connect.storage.StringConverter',
  VALUE_CONVERTER: 'io.confluent.connect.avro.AvroConverter',
  TASK_PUT: 'org.apache.kafka.connect.sink.SinkTask',
}

/**
 * A dead letter as Connect writes it (`DeadLetterQueueReporter`): key, value, time and headers as they were, and, with
 * `errors.deadletterqueue.context.headers.enable`, ten headers that say what failed where.
 */
export function sinkDeadLetter({ record, stage, reason }: FailedRecord, context: 'with context' | 'without context') {
  const { topic, partition, offset, key, value, timestamp } = record
  const said = {
    topic,
    partition: String(partition),
    offset: String(offset),
    'connector.name': connectorName,
    'task.id': '0',
    stage,
    'class.name': classes[stage],
    // The code of an error of ours says more than its class: by it the letter is told apart.
    'exception.class.name': codeOf(reason),
    'exception.message': reason.message,
    'exception.stacktrace': reason.stack ?? '',
  }
  const added = Object.entries(said).map(([name, text]) => ({ key: `__connect.errors.${name}`, value: Buffer.from(text) }))
  return { key, value, timestamp, headers: [...record.headers, ...(context === 'with context' ? added : [])] }
}
