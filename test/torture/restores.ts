/** The restores of a tortured application, as its members tell them. */
export class Restores {
  readonly #restored = new Set<string>()
  readonly #fromTheStart: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Restores that began at offset 0, though the member had restored the store before: its state was there. */
  get fromTheStart(): readonly string[] {
    return this.#fromTheStart
  }

  /** Takes a line of a member. Returns whether it is about a restore. */
  take(member: string, line: string): boolean {
    const [, verb, partition, ...numbers] = / (restored?) (\S+) (\d+) ?(\d+)?$/.exec(line) ?? []
    if (verb === undefined) return false
    const [first, until] = numbers.map(Number)
    const key = `${member} ${partition}`
    if (verb === 'restored') {
      if (first! > 0) this.#restored.add(key)
      return true
    }
    this.#count++
    if (first === 0 && until! > 0 && this.#restored.has(key)) this.#fromTheStart.push(`${line} (state was there)`)
    return true
  }
}
