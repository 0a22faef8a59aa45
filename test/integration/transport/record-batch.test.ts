import t from 'tap'
import { systemChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Headers } from '../../../lib/model/headers.ts'
import { socketConnector } from '../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { BrokerConnection } from '../../../lib/transport/kafka/client/broker-connection.ts'
import { ClusterClient } from '../../../lib/transport/kafka/client/cluster-client.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { fetchRequest } from '../../../lib/transport/kafka/wire/fetch-request.ts'
import { decodeRecordBatches } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import type { Compression } from '../../../lib/transport/record-batch/produce-batch.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import { limits, newTopic, openProducer } from '../../conformance/transport/transport-case.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

interface Row {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

const rows: readonly Row[] = Array.from({ length: 2000 }, (_, index) => ({
  key: index % 7 === 0 ? null : Buffer.from(`key-${index}`),
  value: index % 11 === 0 ? null : Buffer.alloc(index % 300, index),
  timestamp: 1_700_000_000_000 + index * 37 - (index % 5) * 1000,
  headers:
    index % 3 === 0
      ? [
          { key: 'h', value: Buffer.from([index & 255]) },
          { key: 'n', value: null },
        ]
      : noHeaders,
}))

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null) {
  for (const compression of compressions)
    t.test(`${compression}: what the broker took comes back`, async (t) => {
      const cluster = kafka({ bootstrapServers })
      const topic = await newTopic(t, cluster)
      const producer = await openProducer(t, cluster, compression)
      const batch = producer.newBatch()
      for (const { key, value, timestamp, headers } of rows) batch.append(key, value, timestamp, headers)
      await producer.send({ topic, partition: 0 }, batch)
      const raw = await rawRecords(bootstrapServers, topic)
      const [decoded] = decodeRecordBatches(raw)
      t.same(rowsOf(decoded!), rows)
      if (compression === 'none') t.ok(encodedAgain(decoded!, raw).equals(raw), 'byte for byte')
    })
}

async function rawRecords(bootstrapServers: string, topic: string): Promise<Buffer> {
  const [host, port] = bootstrapServers.split(',')[0]!.split(':')
  const bootstrap = [{ host: host!, port: Number(port) }]
  const times = { clock: systemClock, connectionTimeoutMs: 5000, requestTimeoutMs: 5000 }
  const connection = {
    ...times,
    open: await socketConnector({
      clientId: 'raw',
      ssl: false,
      sasl: null,
      idleTimeoutMs: 60_000,
      clock: systemClock,
      chance: systemChance,
    }),
  }
  const client = new ClusterClient({
    what: 'test',
    bootstrap,
    open: (broker, signal) => BrokerConnection.open(broker, connection, signal),
    clock: systemClock,
    chance: systemChance,
    apiTimeoutMs: 5000,
  })
  const { leader, leaderEpoch } = await client.leaderOf({ topic, partition: 0 })
  const target = { topic, topicId: client.topicIdOf(topic), partition: 0, offset: 0, currentEpoch: leaderEpoch, leaderEpoch: -1 }
  const { partitions } = await client.sendTo(leader, fetchRequest([target], limits, '', 'fetch'))
  client.close()
  return partitions[0]!.records
}

function rowsOf(batch: RecordBatch): readonly Row[] {
  return Array.from({ length: batch.count }, (_, index) => ({
    key: copy(batch.key(index)),
    value: copy(batch.value(index)),
    timestamp: batch.timestamp(index),
    headers: batch.headers(index).map(({ key, value }) => ({ key, value: copy(value) })),
  }))
}

function copy(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Buffer.from(bytes)
}

/** Offset and leader epoch are the broker's to give; the checksum does not cover them. */
function encodedAgain(batch: RecordBatch, original: Buffer): Buffer {
  const builder = new RecordBatchBuilder('none')
  for (const { key, value, timestamp, headers } of rowsOf(batch)) builder.append(key, value, timestamp, headers)
  const { producerId, producerEpoch, baseSequence, isTransactional } = batch
  const sealed = Buffer.from(builder.seal({ producerId, producerEpoch, baseSequence, isTransactional }))
  original.copy(sealed, 0, 0, 8)
  original.copy(sealed, 12, 12, 16)
  return sealed
}
