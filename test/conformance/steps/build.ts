import { StreamsBuilder, Topology, type BuildOptions } from 'millrace'
import { Args, taking } from '../scenario/args.ts'
import { Unsupported, type Step } from '../scenario/scenario.ts'
import {
  cogroupedSteps,
  groupedSteps,
  groupedTableSteps,
  sessionWindowedCogroupedSteps,
  sessionWindowedSteps,
  windowedCogroupedSteps,
  windowedSteps,
} from './groups.ts'
import { kindOf, type Building, type Handle, type StepMaker } from './handles.ts'
import { sourceSteps } from './sources.ts'
import { streamSteps } from './streams.ts'
import { tableSteps } from './tables.ts'
import { topologySteps } from './topology.ts'

const stepsOn: Readonly<Record<string, Readonly<Record<string, StepMaker>>>> = {
  KStream: streamSteps,
  KGroupedStream: groupedSteps,
  TimeWindowedKStream: windowedSteps,
  CogroupedKStream: cogroupedSteps,
  TimeWindowedCogroupedKStream: windowedCogroupedSteps,
  SessionWindowedCogroupedKStream: sessionWindowedCogroupedSteps,
  SessionWindowedKStream: sessionWindowedSteps,
  KTable: tableSteps,
  KGroupedTable: groupedTableSteps,
}

/** The topology that a scenario describes, built by the public DSL; what is added to it by hand comes after. */
export function buildTopology(steps: readonly Step[], options: BuildOptions): BuiltTopology {
  const building = new ScenarioBuilding()
  const [byHand, byDsl] = [steps.filter(isTopologyStep), steps.filter((step) => !isTopologyStep(step))]
  for (const step of byDsl) building.apply(step)
  const topology = byDsl.length === 0 ? new Topology() : building.builder.build(options)
  for (const json of byHand)
    taking(new Args(json.op, json), (step) => topologySteps[step.string('op')]!(topology, step, building))
  return { topology, faces: building.faces }
}

function isTopologyStep({ op }: Step): boolean {
  return topologySteps[op] !== undefined
}

export interface BuiltTopology {
  readonly topology: Topology
  readonly faces: Building['faces']
}

class StoreFaceTable {
  readonly #plain = new Set<string>()

  declare(storeName: string, values: 'plain' | 'timestamped'): void {
    if (values === 'plain') this.#plain.add(storeName)
    else this.#plain.delete(storeName)
  }

  values(storeName: string): 'plain' | 'timestamped' {
    return this.#plain.has(storeName) ? 'plain' : 'timestamped'
  }
}

class ScenarioBuilding implements Building {
  readonly builder = new StreamsBuilder()
  readonly handles = new Map<string, Handle>()
  readonly faces = new StoreFaceTable()
  #last: Handle | undefined

  apply(json: Step): void {
    const step = new Args(json.op, json)
    const op = step.string('op')
    const as = step.optionalString('as')
    const result = this.#step(op, step)
    step.done()
    if (typeof result !== 'object' || result === null) return
    this.#last = result
    if (as !== undefined) this.handles.set(as, result)
  }

  nested(start: Handle, steps: readonly unknown[]): Handle {
    this.#last = start
    for (const step of steps) this.apply(step as Step)
    return this.#last
  }

  #step(op: string, step: Args): unknown {
    const source = sourceSteps[op]
    if (source !== undefined) {
      const handle = source(step, this)
      return op === 'addStateStore' || op === 'addGlobalStore' ? undefined : handle
    }
    const from = step.optionalString('from')
    const handle = from === undefined ? this.#last : this.handles.get(from)
    if (handle === undefined) throw new Unsupported(`step ${op} has nothing to work on`)
    const make = stepsOn[kindOf(handle)]?.[op]
    if (make === undefined) throw new Unsupported(`${op} on ${kindOf(handle)}`)
    return make(handle, step, this)
  }
}
