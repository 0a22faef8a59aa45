/**
 * How far a log has been read: of each domain the number of its last transaction, as MariaDB writes it (`0-4711-15`, several with commas).
 * A domain that is not there has not begun.
 */
export class GtidPosition {
  readonly #last: ReadonlyMap<string, bigint>
  readonly text: string

  /** Throws a SyntaxError where it is none. */
  constructor(text: string) {
    this.text = text
    this.#last = new Map(text === '' ? [] : text.split(',').map(parseGtid))
  }

  /** Negative, 0 or positive; undefined where each has what the other lacks: then they are not of one log. */
  compare(other: GtidPosition): number | undefined {
    const [isBehind, isAhead] = [!this.#covers(other), !other.#covers(this)]
    return isBehind && isAhead ? undefined : Number(isAhead) - Number(isBehind)
  }

  /** The same log, read up to this transaction. */
  with(gtid: string): GtidPosition {
    const [domain] = parseGtid(gtid)
    const others = this.text.split(',').filter((text) => text !== '' && parseGtid(text)[0] !== domain)
    return new GtidPosition([...others, gtid].join(','))
  }

  #covers(other: GtidPosition): boolean {
    return [...other.#last].every(([domain, number]) => (this.#last.get(domain) ?? -1n) >= number)
  }
}

function parseGtid(text: string): readonly [domain: string, number: bigint] {
  const match = /^\s*(\d+)-\d+-(\d+)\s*$/.exec(text)
  if (match === null) throw new SyntaxError(`${JSON.stringify(text)} is no GTID of MariaDB.`)
  return [match[1]!, BigInt(match[2]!)]
}
