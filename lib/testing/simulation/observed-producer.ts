import type { Producer } from '../../transport/producer.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import type { Observer } from './observer.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** Tells the observer of each batch that the producer seals, and which member of its group the process was when it sent the batch. */
export function observedProducer(inner: Producer, process: SimulatedProcess, observer: Observer): Producer {
  return {
    newBatch: () => inner.newBatch(),
    send: (partition, batch) => inner.send(partition, observed(batch, process, observer)),
    close: () => inner.close(),
  }
}

function observed(batch: ProduceBatch, process: SimulatedProcess, observer: Observer): ProduceBatch {
  const writer = observer.memberOf(process)
  return {
    get count() {
      return batch.count
    },
    get byteLength() {
      return batch.byteLength
    },
    append: (...record) => batch.append(...record),
    seal(stamp) {
      const bytes = batch.seal(stamp)
      observer.onSealed(bytes, process, writer)
      return bytes
    },
  }
}
