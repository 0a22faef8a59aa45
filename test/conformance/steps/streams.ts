import { taking, Args } from '../scenario/args.ts'
import { listFunction, pairListFunction, fn } from '../scenario/lambdas.ts'
import { logicMaker, processorSupplier } from '../scenario/processors.ts'
import { Unsupported, type Json } from '../scenario/scenario.ts'
import { str } from '../scenario/values.ts'
import { joinerOf, mapperOf, pairMapperOf, partitioner, predicateOf } from './functions.ts'
import { call, kindOf, named, options, type Building, type Handle, type StepMaker } from './handles.ts'
import {
  grouped,
  joined,
  joinWindows,
  optional,
  repartitioned,
  serdesOf,
  storeSpec,
  streamJoined,
  tableOptions,
} from './options.ts'

const nothing = (): void => {}

/** Steps on a KStream. */
export const streamSteps: Readonly<Record<string, StepMaker>> = {
  filter: (stream, step) => call(stream, 'filter', predicateOf(step), named(step)),
  filterNot: (stream, step) => call(stream, 'filterNot', predicateOf(step), named(step)),
  selectKey: (stream, step) => call(stream, 'selectKey', mapperOf(step.json('fn')), named(step)),
  map: (stream, step) => call(stream, 'map', pairMapperOf(step), named(step)),
  mapValues: (stream, step) => call(stream, 'mapValues', mapperOf(step.json('fn'), step.flag('withKey')), named(step)),
  flatMap: (stream, step) => {
    const each = pairListFunction(step.json('each'))
    return call(stream, 'flatMap', (value: unknown, key: unknown) => each(key, value), named(step))
  },
  flatMapValues: (stream, step) => {
    const each = listFunction(step.json('each'))
    const withKey = step.flag('withKey')
    return call(stream, 'flatMapValues', (value: unknown, key: unknown) => each(withKey ? key : null, value), named(step))
  },
  peek: (stream, step) => call(stream, 'peek', nothing, named(step)),
  foreach: (stream, step) => void call(stream, 'foreach', nothing, named(step)),
  print: (stream, step) => void call(stream, 'print', { write: nothing, ...named(step) }),
  merge: (stream, step, building) => call(stream, 'merge', handleOf(step, building), named(step)),
  repartition: (stream, step) => call(stream, 'repartition', repartitioned(step)),
  to: (stream, step) => void sinkTo(stream, step),
  toTable: (stream, step) => call(stream, 'toTable', tableOptions(step)),
  groupByKey: (stream, step) => call(stream, 'groupByKey', grouped(step)),
  groupBy: (stream, step) => call(stream, 'groupBy', mapperOf(step.json('fn')), grouped(step) ?? {}),
  join: (stream, step, building) => joinStream(stream, 'join', step, building),
  leftJoin: (stream, step, building) => joinStream(stream, 'leftJoin', step, building),
  outerJoin: (stream, step, building) => joinStream(stream, 'outerJoin', step, building),
  split: (stream, step, building) => void split(stream, step, building),
  process: (stream, step, building) => process(stream, 'process', step, building),
  processValues: (stream, step, building) => process(stream, 'processValues', step, building),
}

export function handleOf(step: Args, { handles }: Building): Handle {
  const name = step.string('with')
  const handle = handles.get(name)
  if (handle === undefined) throw new Unsupported(`no handle ${name}`)
  return handle
}

function sinkTo(stream: Handle, step: Args): void {
  const produced = optional(step, 'produced', (args) => ({
    serdes: serdesOf(args),
    how: options({
      name: args.optionalString('name'),
      partitioner: args.has('partitioner') ? partitioner(args.string('partitioner')) : undefined,
    }),
  }))
  call(stream, 'to', { ...sinkTopic(step), ...produced?.serdes }, produced?.how)
}

function sinkTopic(step: Args): object {
  if (!step.has('topicBy')) return { name: step.string('topic') }
  const f = fn(step.json('topicBy'))
  // describe() prints the function's name.
  const TopicBy = (value: unknown, key: unknown): string => str(f(key, value))
  return { topicName: TopicBy }
}

function joinStream(stream: Handle, method: string, step: Args, building: Building): unknown {
  const other = handleOf(step, building)
  const kind = kindOf(other)
  if (kind === 'GlobalKTable') return call(stream, method, other, mapperOf(step.json('key')), joinerOf(step), named(step))
  if (kind === 'KTable') return call(stream, method, other, joinerOf(step), joined(step))
  const windows = taking(step.object('windows'), joinWindows)
  return call(stream, method, other, joinerOf(step), windows, streamJoined(step, building))
}

function process(stream: Handle, method: 'process' | 'processValues', step: Args, building: Building): unknown {
  const own = step.has('own') ? [storeSpec(step.object('own'), building)] : []
  const stores = [...step.strings('stores'), ...own]
  const keys = method === 'process' ? 'free' : 'fixed'
  const supplier = processorSupplier(logicMaker(step.object('processor'), building.faces), keys)
  return call(
    stream,
    method,
    supplier,
    options({ name: step.optionalString('name'), stores: stores.length === 0 ? undefined : stores }),
  )
}

/** Every entry of the map that `split` gives becomes a handle. */
function split(stream: Handle, step: Args, building: Building): void {
  let splitting = call(stream, 'split', named(step)) as Handle
  for (const json of step.list('branches')) {
    const [test, branched] = taking(new Args('branch', json as Json), (args) => [predicateOf(args), branchedOf(args, building)])
    splitting = call(splitting, 'branch', test, branched) as Handle
  }
  const branches = step.has('default')
    ? call(
        splitting,
        'defaultBranch',
        taking(step.object('default'), (args) => branchedOf(args, building)),
      )
    : call(splitting, 'noDefaultBranch')
  for (const [name, branch] of branches as ReadonlyMap<string, Handle>) building.handles.set(name, branch)
}

function branchedOf(args: Args, building: Building): object | undefined {
  const chain = (name: string): ((branch: Handle) => Handle) | undefined => {
    if (!args.has(name)) return undefined
    const steps = args.list(name)
    return (branch) => building.nested(branch, steps)
  }
  const branched = options({
    name: args.optionalString('name'),
    withFunction: chain('function'),
    withConsumer: chain('consumer'),
  })
  return Object.keys(branched).length === 0 ? undefined : branched
}
