import { Unsupported, type Json, type JsonObject } from './scenario.ts'

/** Arguments of a step, taken one by one; what nobody has taken makes the scenario unsupported instead of being overlooked. */
export class Args {
  readonly #what: string
  readonly #json: JsonObject
  readonly #taken = new Set<string>()

  constructor(what: string, json: Json | undefined) {
    this.#what = what
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Unsupported(`${what} is no object`)
    this.#json = json as JsonObject
  }

  has(name: string): boolean {
    return this.#json[name] !== undefined
  }

  take(name: string): Json | undefined {
    this.#taken.add(name)
    return this.#json[name]
  }

  json(name: string): Json {
    const json = this.take(name)
    if (json === undefined) throw new Unsupported(`${this.#what} lacks ${name}`)
    return json
  }

  string(name: string): string {
    return String(this.json(name))
  }

  number(name: string): number {
    return Number(this.json(name))
  }

  optionalString(name: string): string | undefined {
    return this.has(name) ? this.string(name) : undefined
  }

  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined
  }

  flag(name: string): boolean {
    return this.take(name) === true
  }

  list(name: string): readonly Json[] {
    const json = this.json(name)
    return Array.isArray(json) ? json : [json as Json]
  }

  strings(name: string): string[] {
    return this.has(name) ? this.list(name).map(String) : []
  }

  object(name: string): Args {
    return new Args(`${this.#what}.${name}`, this.json(name))
  }

  optional(name: string): Args | undefined {
    return this.has(name) ? this.object(name) : undefined
  }

  done(): void {
    const left = Object.keys(this.#json).filter((name) => !this.#taken.has(name))
    if (left.length > 0) throw new Unsupported(`${this.#what} has unknown ${left.join(', ')}`)
  }
}

/** Takes everything out of an object of arguments, and checks that nothing is left. */
export function taking<T>(args: Args, read: (args: Args) => T): T {
  const result = read(args)
  args.done()
  return result
}
