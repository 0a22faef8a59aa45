/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import { topic, type Topic } from '../../lib/model/topic.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { proves, type Exact } from './exact.ts'

declare const text: Serde<string>
declare const amount: Serde<number>

const transfers = topic('transfers', { key: text, value: amount })
proves<Exact<typeof transfers, Topic<string, number>>>()

// @ts-expect-error - A topic needs both serdes.
topic('transfers', { key: text })

// @ts-expect-error - A topic of numbers is no topic of strings.
export const wrong: Topic<string, string> = transfers
