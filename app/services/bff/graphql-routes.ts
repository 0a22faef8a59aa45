import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { parseBody } from '../../platform/http/json-body.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { madeHeader, madeText } from './made-transfers.ts'
import type { GraphServices } from './graphql/graph-context.ts'

const query = Type.String({ minLength: 1, description: 'A query is a document of GraphQL.' })
const operationName = Type.Optional(Type.String({ description: 'Which of its operations.' }))
const body = Type.Object(
  {
    query,
    operationName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    variables: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
    extensions: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
  },
  { additionalProperties: false, title: 'GraphQLRequest' },
)
const querystring = Type.Object(
  { query, operationName, variables: Type.Optional(Type.String({ description: 'JSON.' })) },
  { additionalProperties: false },
)
const answered = ['content-type', 'cache-control', 'allow']

/** /graphql. What executes it is loaded by the first request: a process starts without. */
export function addGraphQlRoutes(http: Http, services: GraphServices): void {
  const load = async () => {
    const [{ openGraph }, { graphContext }] = await Promise.all([
      import('./graphql/graph.ts'),
      import('./graphql/graph-context.ts'),
    ])
    return { graph: openGraph((error) => http.log.error({ err: error }, 'An operation of GraphQL has failed.')), graphContext }
  }
  let loaded: ReturnType<typeof load> | undefined
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { graph, graphContext } = await (loaded ??= load())
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const context = graphContext(services, gone.signal)
    const { method, url, headers } = request
    const response = await graph.fetch(
      `http://bff${url}`,
      {
        method,
        headers: { accept: headers.accept ?? '*/*', ...(method === 'POST' && { 'content-type': 'application/json' }) },
        signal: gone.signal,
        ...(method === 'POST' && { body: JSON.stringify(request.body) }),
      },
      context,
    )
    for (const name of answered) if (response.headers.has(name)) void reply.header(name, response.headers.get(name))
    if (context.made.length > 0) void reply.header(madeHeader, madeText(context.made))
    if (!isStream(response)) return reply.code(response.status).send(Buffer.from(await response.arrayBuffer()))
    // What is sent to nobody any more fails here alone.
    const events = Readable.fromWeb(response.body as ReadableStream<Uint8Array>).on('error', () => {})
    return reply.code(response.status).send(events)
  }
  const isStream = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/event-stream') === true
  const tags = ['graphql']
  void http.register(async (scope: Http) => {
    // Bodies of other routes are passed on unread.
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, bytes: Buffer) => parseBody(bytes))
    scope.post('/graphql', { schema: { tags, summary: 'An operation of GraphQL.', body } }, answer)
    scope.get('/graphql', { schema: { tags, summary: 'A query of GraphQL.', querystring } }, answer)
  })
}
