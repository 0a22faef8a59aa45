import t from 'tap'
import type { Test } from 'tap'
import { openDocuments } from '../../../../app/adapters/documents.ts'
import { documentStoreSuite } from '../../../app/adapters/document-store-suite.ts'
import { documentsContract } from '../../../app/sink/documents-contract.ts'
import { TcpProxy } from '../../transport/tcp-proxy.ts'
import { ownMongo } from '../../../servers/mongo-for-tests.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(120_000)

t.test('documents in MongoDB', async (t) => {
  const server = await ownMongo(t)
  if (server === null) return
  let databases = 0
  const openAt = async (t: Test, port: number) => {
    const store = await openDocuments({ documents: `mongodb://127.0.0.1:${port}/bank${databases++}` })
    t.teardown(() => store.close())
    await store.begin(new Map())
    return store
  }

  await t.test('as every store of documents', (t) => documentStoreSuite(t, () => openAt(t, server.port)))

  await t.test('with sink and read API', (t) =>
    documentsContract(t, async (t) => {
      const proxy = await TcpProxy.open()
      proxy.forwardTo(server.port)
      const store = await openAt(t, proxy.port)
      t.teardown(() => proxy.close())
      return {
        store,
        async takeAway() {
          const { port } = proxy
          await proxy.close()
          return () => proxy.listen(port)
        },
      }
    }),
  )
})
