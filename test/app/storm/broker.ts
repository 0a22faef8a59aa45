/** The embedded broker as a process of its own, which can be killed alone: `broker.ts DIRECTORY PORT`. It tells its parent when it listens. */
import { EmbeddedKafka } from '../../../lib/embedded.ts'

const [dir, port] = process.argv.slice(2)
const cluster = await EmbeddedKafka.open({ dir: dir! })
const { bootstrapServers } = await cluster.listen(Number(port))
process.send?.({ url: bootstrapServers })
process.once('disconnect', () => process.exit())
