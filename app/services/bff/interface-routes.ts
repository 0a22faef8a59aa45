import { postmanCollection } from '../../contracts/postman/collection.ts'
import type { Http } from '../../platform/http/open-http.ts'
import type { OpenApiDocument } from '../../platform/http/openapi.ts'

const tags = ['contracts']

/** Where `npm run pipeline` listens. Whoever runs the collection elsewhere sets the variable. */
const baseUrl = 'http://localhost:8080'

/** What the pipeline promises, for programs. AsyncAPI is made by the first request: it needs the topologies of all applications. */
export function addInterfaceRoutes(http: Http): void {
  let made: Promise<object> | undefined
  const asyncApi = async (): Promise<object> =>
    (await import('../../contracts/async-api/pipeline-async-api.ts')).pipelineAsyncApi()
  http.get(
    '/asyncapi.json',
    { schema: { tags, summary: 'Topics and streams of events, as AsyncAPI.' } },
    () => (made ??= asyncApi()),
  )
  http.get('/postman.json', { schema: { tags, summary: 'These operations as a Postman collection that can be run.' } }, () =>
    postmanCollection(http.swagger() as unknown as OpenApiDocument, baseUrl),
  )
}
