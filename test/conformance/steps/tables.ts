import type { Args } from '../scenario/args.ts'
import { transformerSupplier } from '../scenario/processors.ts'
import { joinerOf, mapperOf, pairMapperOf, predicateOf } from './functions.ts'
import { call, named, options, type Building, type Handle, type StepMaker } from './handles.ts'
import { grouped, merged, suppressed, tableJoined, tableOptions } from './options.ts'
import { handleOf } from './streams.ts'

/** Steps on a KTable. */
export const tableSteps: Readonly<Record<string, StepMaker>> = {
  filter: (table, step) => call(table, 'filter', predicateOf(step), tableOptions(step)),
  filterNot: (table, step) => call(table, 'filterNot', predicateOf(step), tableOptions(step)),
  mapValues: (table, step) => call(table, 'mapValues', mapperOf(step.json('fn'), step.flag('withKey')), tableOptions(step)),
  toStream: (table, step) => {
    const stream = call(table, 'toStream', named(step)) as Handle
    return step.has('fn') ? call(stream, 'selectKey', mapperOf(step.json('fn'))) : stream
  },
  groupBy: (table, step) => call(table, 'groupBy', pairMapperOf(step), grouped(step) ?? {}),
  transformValues: (table, step, building) => {
    step.take('own') // Java overlooks the stores of the supplier.
    const supplier = transformerSupplier(step.object('transformer'), building.faces)
    const stores = step.has('stores') ? step.strings('stores') : undefined
    return call(table, 'transformValues', supplier, merged(options({ stores }), tableOptions(step)))
  },
  suppress: (table, step) => call(table, 'suppress', suppressed(step), named(step)),
  join: (table, step, building) => joinTables(table, 'join', step, building),
  leftJoin: (table, step, building) => joinTables(table, 'leftJoin', step, building),
  outerJoin: (table, step, building) => joinTables(table, 'outerJoin', step, building),
}

function joinTables(table: Handle, method: string, step: Args, building: Building): unknown {
  const other = handleOf(step, building)
  if (!step.has('fk')) return call(table, method, other, joinerOf(step), tableOptions(step))
  const extractor = mapperOf(step.json('fk'), step.flag('withKey'))
  return call(table, method, other, extractor, joinerOf(step), merged(tableJoined(step), tableOptions(step)))
}
