import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { seededChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import type { ConnectionSettings, Connector } from '../../../lib/transport/kafka/connection/connection.ts'
import type { Test } from 'tap'
import { connectionCases, type ConnectionUnderTest } from '../../conformance/transport/connection-cases.ts'
import { WireBroker } from './wire-broker.ts'
import { serveWire } from './wire-server.ts'

/** What connections of the suite are made for. */
export const settings: ConnectionSettings = {
  clientId: 'test',
  ssl: false,
  sasl: null,
  idleTimeoutMs: 60_000,
  clock: systemClock,
  chance: seededChance(3),
}

/** A broker in this process, by its bytes. */
export function wireBroker(): WireBroker {
  const clock = new ManualClock(0)
  return new WireBroker(new EmbeddedBroker({ clock, chance: seededChance(1), store: null, autoCreatePartitions: null }))
}

/** What every connection must do: `open` makes one, and the broker that it connects to. */
export function connectionSuite(t: Test, name: string, open: (t: Test) => Promise<ConnectionUnderTest>): void {
  for (const [sentence, run] of Object.entries(connectionCases))
    t.test(`${name}: ${sentence}`, async (t) => run(t, await open(t)))
}

/** What every connection over sockets must do besides: a broker behind a real one, credentials, a port where nobody listens. */
export function socketConnectionSuite(t: Test, name: string, connector: Connector): void {
  connectionSuite(t, name, (t) => overSockets(t, connector))
  t.test(`${name}: nobody listens, and the attempt fails`, async (t) => checkRefused(t, connector))
  t.test(`${name}: right credentials are taken, and wrong ones are an error that says so`, async (t) =>
    checkCredentials(t, connector),
  )
}

async function overSockets(t: Test, connector: Connector): Promise<ConnectionUnderTest> {
  let isSilent = false
  const server = await serveWire(wireBroker(), () => isSilent)
  t.teardown(() => server.close())
  return {
    open: await connector(settings),
    address: server.address,
    silence: () => void (isSilent = true),
    cut: () => server.sockets.forEach((socket) => socket.destroy()),
  }
}

async function checkCredentials(t: Test, connector: Connector): Promise<void> {
  const server = await serveWire(wireBroker())
  t.teardown(() => server.close())
  const opened = async (password: string) => {
    const sasl = Object.freeze({ mechanism: 'plain', username: 'a', password })
    const open = await connector({ ...settings, sasl })
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
}

async function checkRefused(t: Test, connector: Connector): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const open = await connector(settings)
  await t.rejects(open({ host: '127.0.0.1', port }, new AbortController().signal), { message: /ECONNREFUSED/ })
}
