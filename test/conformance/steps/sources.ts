import type { Args } from '../scenario/args.ts'
import { logicMaker, processorSupplier } from '../scenario/processors.ts'
import { call, type Building } from './handles.ts'
import { consumed, merged, storeSpec, tableOptions } from './options.ts'

type SourceStep = (step: Args, building: Building) => unknown

/** Steps that work on the builder. */
export const sourceSteps: Readonly<Record<string, SourceStep>> = {
  stream: (step, { builder }) => {
    const { serdes, consumed: how } = consumed(step)
    if (step.has('pattern')) return call(builder, 'stream', { pattern: new RegExp(step.string('pattern')), ...serdes }, how)
    if (step.has('topic')) return call(builder, 'stream', { name: step.string('topic'), ...serdes }, how)
    const topics = step.strings('topics').map((name) => ({ name, ...serdes }))
    return call(builder, 'stream', topics, how)
  },
  table: (step, { builder }) => {
    const { serdes, consumed: how } = consumed(step)
    return call(builder, 'table', { name: step.string('topic'), ...serdes }, merged(how, tableOptions(step)))
  },
  globalTable: (step, { builder }) => {
    const { serdes, consumed: how } = consumed(step)
    return call(builder, 'globalTable', { name: step.string('topic'), ...serdes }, merged(how, tableOptions(step)))
  },
  addStateStore: (step, building) => {
    call(building.builder, 'addStateStore', storeSpec(step.object('store'), building))
  },
  addGlobalStore: (step, building) => {
    const store = storeSpec(step.object('store'), building)
    const { serdes, consumed: how } = consumed(step)
    const supplier = processorSupplier(logicMaker(step.object('processor'), building.faces), 'free')
    call(building.builder, 'addGlobalStore', store, { name: step.string('topic'), ...serdes }, supplier, how)
  },
}
