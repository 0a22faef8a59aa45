import t from 'tap'
import Type from 'typebox'
import { describeConfig, readConfig, serviceConfig } from '../../../app/platform/config.ts'

const schema = Type.Object({ ...serviceConfig(8081), database: Type.String({ description: 'A file.' }) })

t.test('flags go before the environment, and that before defaults', async (t) => {
  const config = readConfig(schema, ['--port', '9000', '--database', 'a.db'], { PORT: '1', HOST: '::1', LOG_LEVEL: 'warn' })
  t.same(config, { host: '::1', port: 9000, portTaken: 'fail', logLevel: 'warn', database: 'a.db' })
})

t.test('what cannot be used is refused by flag', async (t) => {
  t.throws(() => readConfig(schema, [], {}), { message: '--database is missing.' })
  t.throws(() => readConfig(schema, ['--database', 'a', '--port', 'x'], {}), /--port must be integer/)
  t.throws(() => readConfig(schema, ['--database', 'a', '--port', '9e3'], {}), /--port must be integer/)
  t.throws(() => readConfig(schema, ['--databse', 'a'], {}), /--databse/)
  t.throws(() => readConfig(schema, ['--database', 'a', '--log-level', 'loud'], {}), /--log-level/)
  t.match(describeConfig(schema), /--log-level/)
})
