import Type from 'typebox'
import { idParams, newUserSchema, userSchema, versionHeaders } from '../../bank/http.ts'
import type { Users } from '../../bank/users.ts'
import { etagOf } from '../../platform/http/etag.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { answers } from '../../platform/http/openapi.ts'
import { pageOf, pageQuery, pageRequest, pageSchema } from '../../platform/http/page.ts'

const listQuery = Type.Object(
  {
    ids: Type.Optional(
      Type.String({
        pattern: String.raw`^\d{1,16}(,\d{1,16}){0,99}$`,
        description: 'Only these: up to 100 ids with commas between.',
      }),
    ),
    afterId: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Only those behind this id.' }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
)
const change = { params: idParams, headers: versionHeaders }

/** What may be asked of users, here and at the BFF, which passes it on. */
export const userOperations = {
  list: {
    operationId: 'listUsers',
    summary: 'Users by id.',
    querystring: listQuery,
    response: answers({ 200: pageSchema(userSchema) }),
  },
  get: {
    operationId: 'getUser',
    summary: 'A user.',
    params: idParams,
    response: answers({ 200: userSchema }, 404),
  },
  create: {
    operationId: 'createUser',
    summary: 'Makes a user.',
    body: newUserSchema,
    response: answers({ 201: userSchema }, 422),
  },
  rename: {
    operationId: 'renameUser',
    summary: 'Renames a user; the transfers of that user follow.',
    ...change,
    body: newUserSchema,
    response: answers({ 200: userSchema }, 404, 412, 422),
  },
  delete: {
    operationId: 'deleteUser',
    summary: 'Deletes a user; the transfers stay, without a name.',
    ...change,
    response: answers({ 204: Type.Null() }, 404, 412),
  },
} as const

/** The write API of users: what goes in here is a row in SQL, and nothing else. The pipeline learns of it by change capture. */
export function addUserRoutes(http: Http, users: Users): void {
  http.get('/users', { schema: userOperations.list }, async ({ query }) => {
    const { ids, afterId } = query
    const page = pageRequest(query)
    return pageOf(await users.list(page, { ids: ids?.split(',').map(Number), afterId }), page)
  })
  http.get('/users/:id', { schema: userOperations.get }, async (request, reply) => {
    const user = await users.get(request.params.id)
    return reply.header('etag', etagOf(user)).send(user)
  })
  http.post('/users', { schema: userOperations.create }, async (request, reply) => {
    const user = await users.create(request.body.name)
    return reply
      .code(201)
      .headers({ location: `/users/${user.id}`, etag: etagOf(user) })
      .send(user)
  })
  http.patch('/users/:id', { schema: userOperations.rename }, async (request, reply) => {
    const user = await users.rename(request.params.id, request.body.name, request.headers['if-match'])
    return reply.header('etag', etagOf(user)).send(user)
  })
  http.delete('/users/:id', { schema: userOperations.delete }, async (request, reply) => {
    await users.delete(request.params.id, request.headers['if-match'])
    return reply.code(204).send(null)
  })
}
