import { Serdes, StreamsBuilder, topic } from 'millrace'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const serdes = { key: Serdes.string, value: Serdes.string }

// #region unnamed
const unnamed = new StreamsBuilder()
unnamed
  .stream(words)
  .groupBy((word) => word, serdes)
  .count()
console.log(unnamed.build().describe())
// #endregion unnamed

// #region named
const named = new StreamsBuilder()
named
  .stream(words)
  .groupBy((word) => word, { ...serdes, name: 'by-word' })
  .count({ store: 'word-counts' })
console.log(named.build({ ensureExplicitInternalResourceNaming: true }).describe())
// #endregion named
