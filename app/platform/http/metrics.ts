import { Histogram, Registry } from 'prom-client'
import Type from 'typebox'
import type { Http } from './open-http.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the service publishes at /metrics. */
    readonly metrics: Registry
  }
}

const boundsS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const metricsQuery = Type.Object(
  {
    'name[]': Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: 'Only metrics of these names, as Prometheus sends them.',
      }),
    ),
  },
  { additionalProperties: false },
)

/**
 * /metrics of a service, as Prometheus scrapes it: requests, errors and durations of its routes, by method, route and status. Each service adds
 * what it knows besides to `http.metrics`. A registry of its own, since several services share a process. Who wants a few metrics asks for
 * them by `name[]`: an application has thousands of series.
 */
export function addMetrics(server: Http): void {
  const metrics = new Registry()
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Durations of answers. The count is that of requests; those with a status of 500 or more are errors.',
    labelNames: ['method', 'route', 'status'],
    buckets: boundsS,
    registers: [metrics],
  })
  server.decorate('metrics', metrics)
  server.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) =>
    durations.observe({ method, route: routeOptions.url ?? 'none', status: statusCode }, elapsedTime / 1000),
  )
  server.get('/metrics', { schema: { hide: true, querystring: metricsQuery } }, async ({ query }, reply) => {
    void reply.header('content-type', metrics.contentType)
    return reply.send(await (query['name[]'] === undefined ? metrics.metrics() : only(metrics, [query['name[]']].flat())))
  })
}

/** All are read in the same turn: the engine collects its values once. */
async function only(metrics: Registry, names: readonly string[]): Promise<string> {
  const known = new Set(
    names.map((name) => (metrics.getSingleMetric(name) === undefined ? name.replace(partOfHistogram, '') : name)),
  )
  const wanted = [...known].filter((name) => metrics.getSingleMetric(name) !== undefined)
  return (await Promise.all(wanted.map((name) => metrics.getSingleMetricAsString(name)))).map((text) => `${text}\n`).join('')
}

const partOfHistogram = /_(?:bucket|sum|count)$/
