import { Parser } from '@asyncapi/parser'
import t from 'tap'
import { pipelineAsyncApi } from '../../../app/contracts/async-api/pipeline-async-api.ts'
import { manifest } from '../../../examples/transfer-pipeline/topics.ts'

await t.test("Y1: AsyncAPI's own parser finds no error in the document, and every topic of the manifest", async (t) => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(pipelineAsyncApi()))
  const errors = diagnostics.filter(({ severity }) => severity === 0)
  t.same(errors, [])
  const addresses = document!
    .channels()
    .all()
    .map((channel) => channel.address())
  t.same(
    manifest.map(({ name }) => name).filter((name) => !addresses.includes(name)),
    [],
  )
})
