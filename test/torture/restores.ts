/** The restores of a tortured application, as its members tell them. */
export class Restores {
  readonly #stored = new Set<string>()
  readonly #fromTheStart: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Restores that began at offset 0, though the member had stored a part of that changelog before. */
  get fromTheStart(): readonly string[] {
    return this.#fromTheStart
  }

  /** Takes a line of a member. Returns whether it tells a restore: of which partition, from where, and up to where. */
  take(member: string, line: string): boolean {
    const [, partition, ...numbers] = / restore (\S+) (\d+) (\d+)$/.exec(line) ?? []
    if (partition === undefined) return false
    this.#count++
    const [from, until] = numbers.map(Number)
    const key = `${member} ${partition}`
    if (from! > 0) this.#stored.add(key)
    else if (until! > 0 && this.#stored.has(key)) this.#fromTheStart.push(`${line}, whose state was there`)
    return true
  }
}
