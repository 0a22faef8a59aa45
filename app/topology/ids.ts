/** Gives each name an id of its own that languages of diagrams take. */
export class Ids {
  readonly #ids = new Map<string, string>()

  of(name: string): string {
    const id = this.#ids.get(name) ?? `n${this.#ids.size}`
    this.#ids.set(name, id)
    return id
  }
}

/** Nodes are numbered by the builder; a reader looks for what they do. */
export const shortOf = (name: string): string => name.replace(/-0{2,}(\d+)/, ' $1').replace(/^(KSTREAM|KTABLE)-/, '$1 ')
