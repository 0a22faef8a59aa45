import type { Http } from '../../platform/http/open-http.ts'
import { pass, passedOn } from './pass.ts'
import type { Upstream } from './upstream.ts'

/** What topics promise: their schemas, versions and compatibility, and refused changes. */
export function addSchemaRoutes(http: Http, schemas: Upstream): void {
  http.get(
    '/api/schemas',
    passedOn('contracts', { summary: 'Topics with their schemas, and refused changes.' }),
    (request, reply) => pass(schemas, request, reply, '/schemas'),
  )
}
