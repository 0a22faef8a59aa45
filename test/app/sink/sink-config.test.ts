import t from 'tap'
import { readSinkConfig, transferSink } from '../../../app/sink/sink-config.ts'

t.test('the options of the pipeline are those that the real connector takes', async (t) => {
  t.same(readSinkConfig(transferSink), {
    topics: ['custom.bank.transfer-enriched'],
    maxBatchSize: 500,
    tolerance: 'all',
    deadLetters: { topic: 'connect.mongo-sink.dlq', context: 'with context' },
    log: 'on',
    store: null,
    registry: null,
  })
})

t.test('S5: an id strategy that duplicates, or deletes that are off, are refused with the reason', async (t) => {
  const strategy = (name: string) => ({
    ...transferSink,
    'document.id.strategy': `com.mongodb.kafka.connect.sink.processor.id.strategy.${name}`,
  })
  for (const name of ['BsonOidStrategy', 'UuidStrategy', 'KafkaMetaDataStrategy'])
    t.throws(() => readSinkConfig(strategy(name)), { name: 'ConfigProblem', message: /is there twice/ }, name)
  t.throws(() => readSinkConfig(strategy('FullKeyStrategy')), /document of its own/)
  const { 'document.id.strategy': _strategy, ...withoutStrategy } = transferSink
  t.throws(() => readSinkConfig(withoutStrategy), /missing.*BsonOid.*is there twice/)
  const { 'delete.on.null.values': _deletes, ...withoutDeletes } = transferSink
  for (const options of [withoutDeletes, { ...transferSink, 'delete.on.null.values': 'false' }])
    t.throws(() => readSinkConfig(options), /the first delete ends the task/)
})

t.test('what the real connector cannot do with a bare key, and options that do not exist, are refused', async (t) => {
  const { transforms: _transforms, ...bare } = transferSink
  t.throws(() => readSinkConfig(bare), /a bare key is no document/)
  t.throws(() => readSinkConfig({ ...transferSink, 'max.batch.sise': '5' }), /max\.batch\.sise=5 is not known here/)
  t.throws(() => readSinkConfig({ ...transferSink, 'max.batch.size': 'many' }), /whole number/)
  t.throws(() => readSinkConfig({ ...transferSink, 'errors.tolerance': 'data' }), /errors\.tolerance=data is one of none, all/)
  t.throws(() => readSinkConfig({ ...transferSink, 'errors.log.enable': 'yes' }), /is one of true, false/)
})

t.test('what is tolerated, and where it goes, is by default as with the real connector', async (t) => {
  const errors = Object.keys(transferSink).filter((name) => name.startsWith('errors.'))
  const silent = Object.fromEntries(Object.entries(transferSink).filter(([name]) => !errors.includes(name)))
  t.match(readSinkConfig(silent), { tolerance: 'none', deadLetters: null, log: 'off' })
  const all = { ...silent, 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'bad' }
  t.match(readSinkConfig(all), { tolerance: 'all', deadLetters: { topic: 'bad', context: 'without context' } })
})

t.test("a connector's own options of place and worker are taken, so that one file serves both", async (t) => {
  const options = {
    ...transferSink,
    name: 'mongo-sink',
    'tasks.max': '1',
    'connection.uri': 'mongodb://sink@127.0.0.1:27017/?authSource=admin',
    database: 'bank',
    collection: 'transfers',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'io.confluent.connect.avro.AvroConverter',
    'value.converter.schema.registry.url': 'http://127.0.0.1:8091',
    'bulk.write.ordered': 'true',
  }
  const { store, registry } = readSinkConfig(options)
  t.same(store, { documents: 'mongodb://sink@127.0.0.1:27017/bank?authSource=admin', documentsCollection: 'transfers' })
  t.equal(registry, 'http://127.0.0.1:8091')
  const { collection: _collection, ...withoutCollection } = options
  t.equal(readSinkConfig(withoutCollection).store?.documentsCollection, 'custom.bank.transfer-enriched')
  t.throws(() => readSinkConfig({ ...options, 'bulk.write.ordered': 'false' }), /bulk\.write\.ordered=false is not built here/)
  t.throws(
    () => readSinkConfig({ ...options, 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' }),
    /not built here/,
  )
  const { database: _database, ...withoutDatabase } = options
  t.throws(() => readSinkConfig(withoutDatabase), /connection\.uri and database/)
})
