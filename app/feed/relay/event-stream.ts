/** One event of a stream of server-sent events. */
export interface StreamedEvent {
  readonly type: string
  readonly id: string | null
  readonly text: string
}

/** Reads the events of a stream. Half an event at its end is dropped: whoever resumes gets it whole. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedEvent, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true })
    if (!text.includes('\n\n') && !(rest + text).includes('\n\n')) {
      rest += text
      continue
    }
    const frames = (rest + text).split('\n\n')
    rest = frames.pop()!
    for (const frame of frames) {
      const event = parse(frame)
      if (event !== null) yield event
    }
  }
}

/** Comments, and frames that only say when to retry, are no events. */
function parse(frame: string): StreamedEvent | null {
  let [type, id, text]: [string | null, string | null, string] = [null, null, '']
  for (const line of frame.split('\n'))
    if (line.startsWith('event: ')) type = line.slice(7)
    else if (line.startsWith('id: ')) id = line.slice(4)
    else if (line.startsWith('data: ')) text = line.slice(6)
  return type === null ? null : { type, id, text }
}
