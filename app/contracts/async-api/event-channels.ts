/** A stream of events over HTTP. */
export interface EventChannel {
  readonly id: string
  readonly channel: object
}

const row = {
  type: 'object',
  required: ['id', 'fromUserId', 'toUserId', 'amount', 'status'],
  properties: {
    id: { type: 'integer' },
    fromUserId: { type: 'integer' },
    toUserId: { type: 'integer' },
    amount: { type: 'string', description: 'An exact decimal.' },
    status: { type: 'string', enum: ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'] },
    createdAt: { type: 'string', format: 'date-time' },
    lastUpdatedAt: { type: 'string', format: 'date-time' },
    fromUserName: { type: ['string', 'null'] },
    toUserName: { type: ['string', 'null'] },
    enrichment: { type: 'string', enum: ['COMPLETE', 'PARTIAL'] },
  },
}

const ends = {
  reset: 'The place is of other topics, or no longer kept: read the state again. The stream ends.',
  overflow: 'The client read too slowly: the stream ends, and is resumed with the last id.',
  'server.closing': 'The server stops. The stream ends.',
} as const

const feed = {
  batch: 'Records, and what of each partition they cover; its id is the vector after it.',
  hops: 'What passed each station, ten times a second.',
  trace: 'The way of one transfer or user.',
  system: 'How the pipeline is, on each change.',
  proof: 'What the servers acknowledged, once a second.',
} as const

/** The streams that clients of the page’s server read. */
export function eventChannels(): EventChannel[] {
  const transfers = {
    'transfer.upserted': event('A transfer is new, or has changed.', row),
    'transfer.deleted': event('A transfer is gone, or concerns the users of the filter no longer.'),
  }
  return [
    stream('/api/feed', 'All records of the feed, as server-sent events.', described({ ...feed, ...ends })),
    stream('/transfers/stream', 'One event a transfer, as server-sent events.', { ...transfers, ...described(ends) }),
    stream('/ws', 'The same over a WebSocket, as { type, id, data }.', { ...transfers, ...described(ends) }),
  ]
}

function stream(address: string, description: string, messages: object): EventChannel {
  return { id: address, channel: { address, description, servers: [{ $ref: '#/servers/page' }], messages } }
}

const described = (events: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(events).map(([name, text]) => [name, event(text)]))

const event = (description: string, payload: object = { type: 'object' }): object => ({ summary: description, payload })
