import type { StreamsBuilder } from 'millrace'
import type { Args } from '../scenario/args.ts'
import type { StoreFaces } from '../scenario/logic.ts'
import { Unsupported } from '../scenario/scenario.ts'

/**
 * What a step of a scenario works on: a KStream, KTable, … of the public DSL. A scenario's types are known only when it runs, so
 * the handles are called by the names of their methods; one that does not exist makes the scenario unsupported.
 */
export type Handle = object

type Method = (...args: readonly unknown[]) => unknown

/** What the steps of one scenario share. */
export interface Building {
  readonly builder: StreamsBuilder
  readonly handles: Map<string, Handle>
  readonly faces: StoreFaces & { declare(storeName: string, values: 'plain' | 'timestamped'): void }
  /** Runs steps on a handle, as those of a branch; returns the last result. */
  nested(start: Handle, steps: readonly unknown[]): Handle
}

export type StepMaker = (handle: Handle, step: Args, building: Building) => unknown

/** Calls a method by name. Arguments that are left out at the end are not passed. */
export function call(handle: Handle, method: string, ...args: readonly unknown[]): unknown {
  const found = (handle as Readonly<Record<string, unknown>>)[method]
  if (typeof found !== 'function') throw new Unsupported(`${handle.constructor.name} has no ${method}`)
  return (found as Method).apply(handle, [...trimmed(args)])
}

function trimmed(args: readonly unknown[]): readonly unknown[] {
  const last = args.findLastIndex((arg) => arg !== undefined)
  return args.slice(0, last + 1)
}

export function kindOf(handle: Handle): string {
  return handle.constructor.name
}

/** Without the members that are undefined: options are exact. */
export function options<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> }
}

export function named(step: Args): { readonly name: string } | undefined {
  const name = step.optionalString('name')
  return name === undefined ? undefined : { name }
}
