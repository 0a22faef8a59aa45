import t from 'tap'
import { kafkajsConnector } from '../../../lib/transport/kafka/connection/kafkajs/kafkajs-connection.ts'
import { socketConnector } from '../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { connectionSuite, settings, socketConnectionSuite, wireBroker } from './connection-suite.ts'
import { connectionsToTest } from './connections-to-test.ts'
import { fakeConnections } from './fake-connection.ts'

connectionSuite(t, 'fake', async () => {
  let isSilent = false
  const broker = wireBroker()
  const connections = fakeConnections(broker, () => (isSilent ? 'never' : 'answer'))
  const silence = (): void => {
    isSilent = true
    connections.silence()
  }
  return { open: await connections.connector(settings), address: broker.address, silence, cut: () => connections.cut() }
})

socketConnectionSuite(t, 'socket', socketConnector)
if (connectionsToTest(t).includes('kafkajs')) socketConnectionSuite(t, 'kafkajs', kafkajsConnector)
