import { Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

interface Account {
  readonly country: string
  readonly cents: number
}
const accounts = topic('accounts', { key: Serdes.string, value: Serdes.json<Account>() })

const builder = new StreamsBuilder()
builder
  .table(accounts)
  .groupBy(({ country, cents }) => ({ key: country, value: cents }), { key: Serdes.string, value: Serdes.double })
  .aggregate(
    () => 0,
    (sum, cents) => sum + cents,
    (sum, cents) => sum - cents,
    { store: 'cents-by-country', value: Serdes.double },
  )
  .toStream()
  .foreach((cents, country) => console.log(country, cents))

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(accounts)
input.pipeInput({ key: 'a', value: { country: 'NL', cents: 500 } })
input.pipeInput({ key: 'b', value: { country: 'NL', cents: 100 } })
console.log('account a moves:')
input.pipeInput({ key: 'a', value: { country: 'BE', cents: 500 } })
console.log('account b is closed:')
input.pipeInput({ key: 'b', value: null })
