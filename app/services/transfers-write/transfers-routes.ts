import Type from 'typebox'
import {
  idParams,
  newTransferSchema,
  requestHeaders,
  transferChangeSchema,
  transferSchema,
  versionHeaders,
} from '../../bank/http.ts'
import type { Transfers } from '../../bank/transfers.ts'
import { etagOf } from '../../platform/http/etag.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { answers } from '../../platform/http/openapi.ts'
import { pageOf, pageQuery, pageRequest, pageSchema } from '../../platform/http/page.ts'

/** The write API of transfers: what goes in here is a row in SQL, and nothing else. */
export function addTransferRoutes(http: Http, transfers: Transfers): void {
  addReads(http, transfers)
  addWrites(http, transfers)
}

function addReads(http: Http, transfers: Transfers): void {
  const querystring = Type.Object(pageQuery, { additionalProperties: false })
  const listed = answers({ 200: pageSchema(transferSchema) })
  http.get('/transfers', { schema: { querystring, response: listed } }, async ({ query }) => {
    const page = pageRequest(query)
    return pageOf(await transfers.list(page), page)
  })
  const one = { params: idParams, response: answers({ 200: transferSchema }, 404) }
  http.get('/transfers/:id', { schema: one }, async (request, reply) => {
    const transfer = await transfers.get(request.params.id)
    return reply.header('etag', etagOf(transfer)).send(transfer)
  })
}

function addWrites(http: Http, transfers: Transfers): void {
  const made = { body: newTransferSchema, headers: requestHeaders, response: answers({ 201: transferSchema }, 410, 422, 503) }
  http.post('/transfers', { schema: made }, async (request, reply) => {
    const transfer = await transfers.create(request.body, request.headers['idempotency-key'])
    return reply
      .code(201)
      .headers({ location: `/transfers/${transfer.id}`, etag: etagOf(transfer) })
      .send(transfer)
  })
  const version = { params: idParams, headers: versionHeaders }
  const changed = { ...version, body: transferChangeSchema, response: answers({ 200: transferSchema }, 404, 409, 412, 422) }
  http.patch('/transfers/:id', { schema: changed }, async (request, reply) => {
    const transfer = await transfers.change(request.params.id, request.body, request.headers['if-match'])
    return reply.header('etag', etagOf(transfer)).send(transfer)
  })
  const deleted = { ...version, response: answers({ 204: Type.Null() }, 404, 412) }
  http.delete('/transfers/:id', { schema: deleted }, async (request, reply) => {
    await transfers.delete(request.params.id, request.headers['if-match'])
    return reply.code(204).send(null)
  })
}
