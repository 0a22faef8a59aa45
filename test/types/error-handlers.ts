import {
  deadLetter,
  logAndContinue,
  logAndFail,
  retryOrFail,
  type DeserializationHandler,
  type ProcessingHandler,
  type ProductionHandler,
  type StreamsOptions,
} from 'millrace'

/** Handlers: a bare answer, or one with dead letters; `retry` only where something is sent. */
export const deserialization: DeserializationHandler = (error, record, context) =>
  record.offset > 0 ? 'continue' : { answer: 'continue', deadLetters: [deadLetter('letters', error, context)] }
export const processing: ProcessingHandler = (_error, record, { node, task }) =>
  record === null || node === null || task === null ? 'fail' : 'continue'
export const production: ProductionHandler = (error, record) => {
  if (record.failed === 'serialization') return record.origin === 'key' ? 'fail' : 'continue'
  const bytes: Uint8Array | null = record.value
  return bytes === null ? 'continue' : retryOrFail(error)
}

export const config: Partial<StreamsOptions> = {
  deserializationHandler: logAndContinue,
  processingHandler: logAndFail,
  processingExceptionHandlerGlobalEnabled: true,
  productionHandler: production,
  errorsDeadLetterQueueTopicName: 'letters',
}

// @ts-expect-error there is nothing to send again
export const retried: ProcessingHandler = () => 'retry'
// @ts-expect-error an answer is missing
export const silent: ProcessingHandler = () => undefined
// @ts-expect-error dead letters come with an answer
export const lettersOnly: DeserializationHandler = () => ({ deadLetters: [] })
export const typed: ProductionHandler = (_error, record) => {
  if (record.failed === 'serialization') return 'fail'
  // @ts-expect-error of a record that could not be sent there are only bytes
  return record.value === 'v' ? 'fail' : 'continue'
}
