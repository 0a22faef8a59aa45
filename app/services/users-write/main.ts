import Type from 'typebox'
import { databasePassword } from '../../adapters/mariadb/mariadb-address.ts'
import { openUsers } from '../../adapters/open-bank.ts'
import { Users } from '../../bank/users.ts'
import { serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { addUserRoutes } from './users-routes.ts'

const config = Type.Object({
  ...serviceConfig(8081),
  database: Type.String({
    default: '.data/users.db',
    description: 'Where the users are: a SQLite file, or mariadb://USER@HOST:PORT/DATABASE.',
  }),
  ...databasePassword,
})

export const usersWrite: ServiceDefinition<typeof config> = {
  name: 'users-write',
  summary: 'Writes users to their database.',
  config,
  async start(given, { log }) {
    await using parts = new ServiceParts()
    const { database, rows } = await openUsers(given)
    parts.defer(() => database.close())
    const http = await openHttp({ name: 'users-write', log })
    addUserRoutes(http, new Users(rows, () => new Date().toISOString()))
    return await parts.listen(http, given)
  },
}

if (import.meta.main) await runService(usersWrite)
