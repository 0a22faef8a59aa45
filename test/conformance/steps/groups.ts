import { SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from 'millrace'
import { taking, type Args } from '../scenario/args.ts'
import { Unsupported } from '../scenario/scenario.ts'
import { aggregatorOf, initializerOf, reducerOf } from './functions.ts'
import { call, options, type StepMaker } from './handles.ts'
import { tableOptions } from './options.ts'
import { handleOf } from './streams.ts'

const aggregations: Readonly<Record<string, StepMaker>> = {
  count: (handle, step) => call(handle, 'count', tableOptions(step)),
  reduce: (handle, step) => call(handle, 'reduce', reducerOf(step.json('fold')), tableOptions(step)),
  aggregate: (handle, step) =>
    call(handle, 'aggregate', initializerOf(step), aggregatorOf(step.json('fold')), tableOptions(step)),
}

/** Steps on a KGroupedStream. */
export const groupedSteps: Readonly<Record<string, StepMaker>> = {
  ...aggregations,
  windowedBy: (handle, step) => call(handle, 'windowedBy', taking(step.object('window'), windowsOf)),
  cogroup: (handle, step) => call(handle, 'cogroup', aggregatorOf(step.json('fold'))),
}

/** Steps on a TimeWindowedCogroupedKStream. */
export const windowedCogroupedSteps: Readonly<Record<string, StepMaker>> = {
  aggregate: (handle, step) => call(handle, 'aggregate', initializerOf(step), tableOptions(step)),
}

/** Steps on a SessionWindowedCogroupedKStream. */
export const sessionWindowedCogroupedSteps: Readonly<Record<string, StepMaker>> = {
  aggregate: (handle, step) =>
    call(handle, 'aggregate', initializerOf(step), aggregatorOf(step.json('merger')), tableOptions(step)),
}

/** Steps on a CogroupedKStream. */
export const cogroupedSteps: Readonly<Record<string, StepMaker>> = {
  ...windowedCogroupedSteps,
  windowedBy: (handle, step) => call(handle, 'windowedBy', taking(step.object('window'), windowsOf)),
  cogroup: (handle, step, building) => call(handle, 'cogroup', handleOf(step, building), aggregatorOf(step.json('fold'))),
}

/** Steps on a TimeWindowedKStream. */
export const windowedSteps: Readonly<Record<string, StepMaker>> = {
  ...aggregations,
  emitStrategy: (handle, step) => call(handle, 'emitStrategy', `on-window-${step.string('on')}`),
}

/** Steps on a SessionWindowedKStream. */
export const sessionWindowedSteps: Readonly<Record<string, StepMaker>> = {
  ...windowedSteps,
  aggregate: (handle, step) => {
    const folds = [aggregatorOf(step.json('fold')), aggregatorOf(step.json('merger'))]
    return call(handle, 'aggregate', initializerOf(step), ...folds, tableOptions(step))
  },
}

/** Steps on a KGroupedTable. */
export const groupedTableSteps: Readonly<Record<string, StepMaker>> = {
  count: (handle, step) => call(handle, 'count', tableOptions(step)),
  reduce: (handle, step) =>
    call(handle, 'reduce', reducerOf(step.json('add')), reducerOf(step.json('subtract')), tableOptions(step)),
  aggregate: (handle, step) => {
    const folds = [aggregatorOf(step.json('add')), aggregatorOf(step.json('subtract'))]
    return call(handle, 'aggregate', initializerOf(step), ...folds, tableOptions(step))
  },
}

function windowsOf(args: Args): TimeWindows | SlidingWindows | SessionWindows | UnlimitedWindows {
  if (args.string('type') === 'session')
    return SessionWindows.of({ gapMs: args.number('gap'), ...options({ graceMs: args.optionalNumber('grace') }) })
  if (args.string('type') === 'sliding')
    return SlidingWindows.of({ differenceMs: args.number('diff'), ...options({ graceMs: args.optionalNumber('grace') }) })
  if (args.string('type') === 'unlimited') return UnlimitedWindows.of(options({ startMs: args.optionalNumber('start') }))
  if (args.string('type') !== 'time') throw new Unsupported(`windows of type ${args.string('type')}`)
  const [advanceMs, graceMs] = [args.optionalNumber('advance'), args.optionalNumber('grace')]
  return TimeWindows.of({ sizeMs: args.number('size'), ...options({ advanceMs, graceMs }) })
}
