import type { Mapping } from './class-parity.ts'

const removed = 'none: deprecated in Java, `Processor` and `KStream.processValues` do what it did'

export const processors: Mapping = {
  'kstream.ForeachProcessor': { millrace: '`KStream.foreach`', others: '`KStream.foreach`' },
  'kstream.Transformer': { millrace: removed, others: removed },
  'kstream.TransformerSupplier': { millrace: removed, others: removed },
  'kstream.ValueTransformer': { millrace: removed, others: removed },
  'kstream.ValueTransformerSupplier': { millrace: removed, others: removed },
  'kstream.ValueTransformerWithKey': { millrace: '`ValueTransformer`' },
  'kstream.ValueTransformerWithKeySupplier': {
    millrace: 'none: a function, for `KTable.transformValues`',
    others: 'none: the function itself',
  },
  'processor.api.Processor': { millrace: '`Processor`' },
  'processor.api.ContextualProcessor': { millrace: 'none: a `Processor` keeps its context itself', others: '`Processor.init`' },
  'processor.api.FixedKeyProcessor': {
    millrace: '`Processor` in `KStream.processValues`, where it must forward the key of its record',
  },
  'processor.api.ContextualFixedKeyProcessor': {
    millrace: 'none: a `Processor` keeps its context itself',
    others: '`Processor.init`',
  },
  'processor.api.FixedKeyProcessorContext': { millrace: '`ProcessorContext`' },
  'processor.api.FixedKeyProcessorSupplier': { millrace: '`ProcessorSupplier`', others: 'none: the function itself' },
  'processor.api.ProcessorSupplier': { millrace: '`ProcessorSupplier`', others: 'none: the function itself' },
  'processor.api.ProcessorContext': { millrace: '`ProcessorContext`' },
  'processor.api.ProcessingContext': {
    millrace: '`ProcessorContext`',
    methods: {
      keySerde: 'none: a default serde is the configuration’s, `StreamsConfig.defaultKeySerde`',
      valueSerde: 'none: a default serde is the configuration’s, `StreamsConfig.defaultValueSerde`',
      stateDir: 'none: the configuration’s, `StreamsConfig.stateDir`',
      getStateStore: '`ProcessorContext.stateStore`',
      appConfigs: 'none: own configuration comes by the supplier’s closure',
      appConfigsWithPrefix: 'none: own configuration comes by the supplier’s closure',
    },
  },
  'processor.api.Record': {
    millrace: '`StreamRecord`',
    methods: {
      new: '`streamRecord`',
      withKey: '`streamRecord`',
      withValue: '`streamRecord`',
      withTimestamp: '`streamRecord`',
      withHeaders: '`streamRecord`',
    },
  },
  'processor.api.ReadOnlyRecord': { millrace: '`StreamRecord`, which is read-only' },
  'processor.api.FixedKeyRecord': {
    millrace: '`StreamRecord`',
    methods: { withValue: '`streamRecord`', withTimestamp: '`streamRecord`', withHeaders: '`streamRecord`' },
  },
  'processor.api.InternalFixedKeyRecordFactory': { millrace: 'none: internal', others: 'none: internal' },
  'processor.api.RecordMetadata': { millrace: '`RecordMetadata`' },
  'processor.api.ProcessorWrapper': {
    millrace: 'none: a supplier is a function, wrap it where it is given (KIP-1112 is not built)',
    others: 'none: not built',
  },
  'processor.api.WrappedProcessorSupplier': { millrace: 'none: KIP-1112 is not built' },
  'processor.api.WrappedFixedKeyProcessorSupplier': { millrace: 'none: KIP-1112 is not built' },
}
