import t from 'tap'
import { logAndContinue, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const out = topic('out', { key: Serdes.string, value: Serdes.string })

function chosenByValue() {
  const builder = new StreamsBuilder()
  builder.stream(words).to({ topicName: (value) => value })
  return builder.build()
}

for (const [what, chosen] of Object.entries({ 'an empty text': '', '7': 7, null: null }))
  t.test(`a topic chooser that returns ${what} fails at the record, and names the sink`, async (t) => {
    const builder = new StreamsBuilder()
    builder.stream(words).to({ topicName: () => chosen as string }, { name: 'sink' })
    using driver = new TopologyTestDriver(builder.build())
    const input = driver.createInputTopic(words)
    t.throws(() => input.pipeInput({ key: 'k', value: 'v' }), {
      code: 'STREAMS_INVALID_TOPIC',
      message: new RegExp(`words-0, offset 0: The topic chooser of sink returned ${what}`),
    })
  })

t.test('the processing handler may skip a record for which no topic was chosen', async (t) => {
  using driver = new TopologyTestDriver(chosenByValue(), { processingHandler: logAndContinue })
  const input = driver.createInputTopic(words)
  for (const value of ['', 'out']) input.pipeInput({ key: 'k', value })
  t.same(
    driver
      .createOutputTopic(out)
      .readRecords()
      .map(({ value }) => value),
    ['out'],
  )
})
