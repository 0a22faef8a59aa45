/** ES2026; the types of Node do not know it yet. */
interface SourceJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

const json = JSON as unknown as SourceJson

/**
 * Clients of the origin send amounts as JSON numbers. The text of such a number is its exact value: it becomes the amount's text, so that
 * nothing rounds. Other numbers stay as they were written. What is no JSON stays as it is: the service behind refuses it.
 */
export function amountsAsText(body: Buffer): Buffer {
  try {
    const parsed = json.parse(body.toString(), (key, value, { source }) => {
      if (typeof value !== 'number' || source === undefined) return value
      return key === 'amount' ? source : json.rawJSON(source)
    })
    return Buffer.from(JSON.stringify(parsed))
  } catch {
    return body
  }
}
