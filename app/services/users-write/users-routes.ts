import Type from 'typebox'
import { idParams, newUserSchema, userSchema, versionHeaders } from '../../bank/http.ts'
import type { Users } from '../../bank/users.ts'
import { etagOf } from '../../platform/http/etag.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { answers } from '../../platform/http/openapi.ts'
import { pageOf, pageQuery, pageRequest, pageSchema } from '../../platform/http/page.ts'

/** The write API of users: what goes in here is a row in SQL, and nothing else. The pipeline learns of it by change capture. */
export function addUserRoutes(http: Http, users: Users): void {
  const listQuery = Type.Object(pageQuery, { additionalProperties: false })
  http.get(
    '/users',
    { schema: { querystring: listQuery, response: answers({ 200: pageSchema(userSchema) }) } },
    async ({ query }) => {
      const page = pageRequest(query)
      return pageOf(await users.list(page), page)
    },
  )
  http.get(
    '/users/:id',
    { schema: { params: idParams, response: answers({ 200: userSchema }, 404) } },
    async (request, reply) => {
      const user = await users.get(request.params.id)
      return reply.header('etag', etagOf(user)).send(user)
    },
  )
  http.post(
    '/users',
    { schema: { body: newUserSchema, response: answers({ 201: userSchema }, 422) } },
    async (request, reply) => {
      const user = await users.create(request.body.name)
      return reply
        .code(201)
        .headers({ location: `/users/${user.id}`, etag: etagOf(user) })
        .send(user)
    },
  )
  const change = { params: idParams, headers: versionHeaders }
  const renamed = answers({ 200: userSchema }, 404, 412, 422)
  http.patch('/users/:id', { schema: { ...change, body: newUserSchema, response: renamed } }, async (request, reply) => {
    const user = await users.rename(request.params.id, request.body.name, request.headers['if-match'])
    return reply.header('etag', etagOf(user)).send(user)
  })
  http.delete(
    '/users/:id',
    { schema: { ...change, response: answers({ 204: Type.Null() }, 404, 412) } },
    async (request, reply) => {
      await users.delete(request.params.id, request.headers['if-match'])
      return reply.code(204).send(null)
    },
  )
}
