import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import { kafkajsConnector } from '../../../lib/transport/kafka/connection/kafkajs/kafkajs-connection.ts'
import { connectionCases } from '../../conformance/transport/connection-cases.ts'
import type { ConnectionUnderTest } from '../../conformance/transport/connection-cases.ts'
import { fakeConnections } from './fake-connection.ts'
import { WireBroker } from './wire-broker.ts'
import { serveWire } from './wire-server.ts'

const settings = { clientId: 'test', ssl: false, sasl: null } as const

function wireBroker(): WireBroker {
  const clock = new ManualClock(0)
  return new WireBroker(new EmbeddedBroker({ clock, chance: seededChance(1), store: null, autoCreatePartitions: null }))
}

const implementations: Readonly<Record<string, (t: Test) => Promise<ConnectionUnderTest>>> = {
  fake: async () => {
    let isSilent = false
    const broker = wireBroker()
    const connections = fakeConnections(broker, () => (isSilent ? 'never' : 'answer'))
    const silence = (): void => {
      isSilent = true
      connections.silence()
    }
    return { open: await connections.connector(settings), address: broker.address, silence, cut: () => connections.cut() }
  },
  kafkajs: async (t) => {
    let isSilent = false
    const server = await serveWire(wireBroker(), () => isSilent)
    t.teardown(() => server.close())
    return {
      open: await kafkajsConnector(settings),
      address: server.address,
      silence: () => void (isSilent = true),
      cut: () => server.sockets.forEach((socket) => socket.destroy()),
    }
  },
}

for (const [name, open] of Object.entries(implementations))
  for (const [sentence, run] of Object.entries(connectionCases))
    t.test(`${name}: ${sentence}`, async (t) => run(t, await open(t)))

t.test('kafkajs: nobody listens, and the attempt fails', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const open = await kafkajsConnector(settings)
  await t.rejects(open({ host: '127.0.0.1', port }, new AbortController().signal), { message: /ECONNREFUSED/ })
})

t.test('kafkajs: right credentials are taken, and wrong ones are an error that says so', async (t) => {
  const server = await serveWire(wireBroker())
  t.teardown(() => server.close())
  const opened = async (password: string) => {
    const open = await kafkajsConnector({ ...settings, sasl: { mechanism: 'plain', username: 'a', password } })
    return open(server.address, new AbortController().signal)
  }
  const connection = await opened('b')
  t.ok(connection.apiVersions.size > 0)
  connection.close(new Error('the test is over'))
  await t.rejects(opened('c'), {
    code: 'TRANSPORT_SASL_AUTHENTICATION_FAILED',
    kind: 'fatal',
    message: /refuses the credentials: .*wrong password.* Check the sasl option\./,
  })
  // No connection is left open.
  while (server.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 1))
})
