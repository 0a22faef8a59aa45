import { Histogram, Registry } from 'prom-client'
import type { Http } from './open-http.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the service publishes at /metrics. */
    readonly metrics: Registry
  }
}

const boundsS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * /metrics of a service, as Prometheus scrapes it: requests, errors and durations of its routes, by method, route and status. Each service adds
 * what it knows besides to `http.metrics`. A registry of its own, since several services share a process.
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
  server.get('/metrics', { schema: { hide: true } }, async (_, reply) => {
    void reply.header('content-type', metrics.contentType)
    return reply.send(await metrics.metrics())
  })
}
