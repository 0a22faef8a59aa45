import { connect } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'

transportSuite(t, {
  name: 'kafka clients to a listening embedded cluster',
  async open() {
    const embedded = await EmbeddedKafka.open()
    const { bootstrapServers } = await embedded.listen(0)
    return { cluster: kafka({ bootstrapServers }), close: () => embedded.close() }
  },
})

t.test('a port closes its connections, and is free again', async (t) => {
  await using embedded = await EmbeddedKafka.open()
  const listener = await embedded.listen(0)
  const socket = connect(listener.port, '127.0.0.1')
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  await listener.close()
  await closed
  await listener.close()
  const again = await embedded.listen(listener.port)
  t.equal(again.port, listener.port)
})

const hostile: Readonly<Record<string, Buffer>> = {
  'of another protocol': Buffer.from('GET / HTTP/1.1\r\nHost: kafka\r\n\r\n'),
  'that is cut off inside': Buffer.from('0000000a 0003 0009 00000001 0000'.replaceAll(' ', ''), 'hex'),
  'of an unknown API': Buffer.from('0000000a 4fff 0000 00000001 ffff'.replaceAll(' ', ''), 'hex'),
  'of a version that is too new': Buffer.from('0000000a 0003 00ff 00000001 ffff'.replaceAll(' ', ''), 'hex'),
}
for (const [what, bytes] of Object.entries(hostile))
  t.test(`a request ${what} closes its connection only`, async (t) => {
    await using embedded = await EmbeddedKafka.open()
    const { port, bootstrapServers } = await embedded.listen(0)
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(bytes)
    await once(socket, 'close')
    const admin = await kafka({ bootstrapServers }).admin({ clientId: 'test' })
    t.same(await admin.metadata(), [])
    await admin.close()
  })
