import type { TopicChange } from './topic-plan.ts'

/** What a change is, in words. */
export function changeLine(change: TopicChange): string {
  switch (change.kind) {
    case 'create': {
      const { name, partitions, replicationFactor = 1, config = {} } = change.topic
      const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`)
      return `create   ${name}, ${partitions} partitions, replication ${replicationFactor}${settings.map((text) => `, ${text}`).join('')}`
    }
    case 'grow':
      return `grow     ${change.name}, ${change.from} → ${change.to} partitions`
    case 'shrink':
      return `shrink   ${change.name}, ${change.from} → ${change.to} partitions`
    case 'config':
      return `config   ${change.name}, ${change.key}: ${change.from ?? 'none'} → ${change.to}`
  }
}

/** Why a change is not carried out, and what to do; null: it is. */
export function refusal(change: TopicChange, repartition: 'allowed' | 'refused'): string | null {
  switch (change.kind) {
    case 'create':
    case 'config':
      return null
    case 'grow':
      if (repartition === 'allowed') return null
      return (
        `${change.name} has ${change.from} partitions and should have ${change.to}. A key is in the partition that its hash names among all: ` +
        'with another number keys move, order of a key is lost, and state that was built by key is in the wrong task. Make a new topic and copy ' +
        'the records into it by key; where the topic is empty or nobody keeps state by its keys, pass --allow-repartition.'
      )
    case 'shrink':
      return `${change.name} has ${change.from} partitions and should have ${change.to}. No cluster takes partitions away: make a new topic and copy the records into it by key.`
  }
}
