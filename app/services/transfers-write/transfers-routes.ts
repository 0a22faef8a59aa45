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

const version = { params: idParams, headers: versionHeaders }

/** What may be asked of the rows of transfers, here and at the BFF, which passes it on. */
export const transferOperations = {
  list: {
    operationId: 'listTransferRows',
    summary: 'Transfers by id, as they are in SQL.',
    querystring: Type.Object(pageQuery, { additionalProperties: false }),
    response: answers({ 200: pageSchema(transferSchema) }),
  },
  get: {
    operationId: 'getTransferRow',
    summary: 'A transfer, as it is in SQL.',
    params: idParams,
    response: answers({ 200: transferSchema }, 404),
  },
  create: {
    operationId: 'createTransfer',
    summary: 'Makes a transfer; the same Idempotency-Key again gives the first one.',
    body: newTransferSchema,
    headers: requestHeaders,
    response: answers({ 201: transferSchema }, 410, 422, 503),
  },
  change: {
    operationId: 'changeTransfer',
    summary: 'Changes the status of a transfer, or its amount while it is PENDING.',
    ...version,
    body: transferChangeSchema,
    response: answers({ 200: transferSchema }, 404, 409, 412, 422),
  },
  delete: {
    operationId: 'deleteTransfer',
    summary: 'Deletes a transfer.',
    ...version,
    response: answers({ 204: Type.Null() }, 404, 412),
  },
} as const

/** The write API of transfers: what goes in here is a row in SQL, and nothing else. */
export function addTransferRoutes(http: Http, transfers: Transfers): void {
  addReads(http, transfers)
  addWrites(http, transfers)
}

function addReads(http: Http, transfers: Transfers): void {
  http.get('/transfers', { schema: transferOperations.list }, async ({ query }) => {
    const page = pageRequest(query)
    return pageOf(await transfers.list(page), page)
  })
  http.get('/transfers/:id', { schema: transferOperations.get }, async (request, reply) => {
    const transfer = await transfers.get(request.params.id)
    return reply.header('etag', etagOf(transfer)).send(transfer)
  })
}

function addWrites(http: Http, transfers: Transfers): void {
  http.post('/transfers', { schema: transferOperations.create }, async (request, reply) => {
    const transfer = await transfers.create(request.body, request.headers['idempotency-key'])
    return reply
      .code(201)
      .headers({ location: `/transfers/${transfer.id}`, etag: etagOf(transfer) })
      .send(transfer)
  })
  http.patch('/transfers/:id', { schema: transferOperations.change }, async (request, reply) => {
    const transfer = await transfers.change(request.params.id, request.body, request.headers['if-match'])
    return reply.header('etag', etagOf(transfer)).send(transfer)
  })
  http.delete('/transfers/:id', { schema: transferOperations.delete }, async (request, reply) => {
    await transfers.delete(request.params.id, request.headers['if-match'])
    return reply.code(204).send(null)
  })
}
