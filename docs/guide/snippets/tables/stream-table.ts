import { Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })
const users = topic('users', { key: Serdes.string, value: Serdes.string })
const pages = topic('pages', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder
  .stream(clicks)
  .join(builder.table(users), (page, user) => ({ page, user }))
  .join(
    builder.globalTable(pages),
    ({ page }) => page,
    ({ user }, title) => `${user} reads ${title}`,
  )
  .foreach((text) => console.log(text))

using driver = new TopologyTestDriver(builder.build())
const clickInput = driver.createInputTopic(clicks)
driver.createInputTopic(pages).pipeInput({ key: '/tea', value: 'All about tea' })
clickInput.pipeInput({ key: 'u1', value: '/tea' }) // Nothing: the user is not known yet.
driver.createInputTopic(users).pipeInput({ key: 'u1', value: 'Ann' })
clickInput.pipeInput({ key: 'u1', value: '/tea' })
