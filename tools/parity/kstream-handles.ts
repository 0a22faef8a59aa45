import type { ClassParity, Mapping } from './class-parity.ts'

const lambda = (name: string): ClassParity => ({
  millrace: `none: a plain function, ${name}`,
  others: 'none: the function itself',
})
export const functions: Mapping = {
  'kstream.Aggregator': lambda('(aggregate, value, key)'),
  'kstream.ForeachAction': lambda('(value, key)'),
  'kstream.Initializer': lambda('()'),
  'kstream.KeyValueMapper': lambda('(value, key)'),
  'kstream.Merger': lambda('(left, right, key)'),
  'kstream.Predicate': lambda('(value, key)'),
  'kstream.Reducer': lambda('(aggregate, value, key)'),
  'kstream.ValueJoiner': lambda('(left, right, key)'),
  'kstream.ValueJoinerWithKey': lambda('(left, right, key)'),
  'kstream.ValueJoinerWithStreamAndMappedKey': lambda('(left, right, key, mapped key)'),
  'kstream.ValueMapper': lambda('(value, key)'),
  'kstream.ValueMapperWithKey': lambda('(value, key)'),
}

export const handles: Mapping = {
  'kstream.KStream': { millrace: '`KStream`' },
  'kstream.KTable': { millrace: '`KTable`' },
  'kstream.GlobalKTable': { millrace: '`GlobalKTable`' },
  'kstream.KGroupedStream': { millrace: '`KGroupedStream`' },
  'kstream.KGroupedTable': { millrace: '`KGroupedTable`' },
  'kstream.CogroupedKStream': { millrace: '`CogroupedKStream`' },
  'kstream.BranchedKStream': { millrace: '`BranchedKStream`' },
  'kstream.TimeWindowedKStream': { millrace: '`TimeWindowedKStream`' },
  'kstream.SessionWindowedKStream': { millrace: '`SessionWindowedKStream`' },
  'kstream.TimeWindowedCogroupedKStream': { millrace: '`TimeWindowedCogroupedKStream`' },
  'kstream.SessionWindowedCogroupedKStream': { millrace: '`SessionWindowedCogroupedKStream`' },
}
