import type { Http } from '../../platform/http/open-http.ts'

/** What the pipeline promises beside its HTTP API. Made by the first request: it needs the topologies of all applications. */
export function addInterfaceRoutes(http: Http): void {
  let made: Promise<object> | undefined
  const asyncApi = async (): Promise<object> => (await import('../../interfaces/pipeline-async-api.ts')).pipelineAsyncApi()
  http.get('/asyncapi.json', { schema: { summary: 'Topics and streams of events, as AsyncAPI.' } }, () => (made ??= asyncApi()))
}
