/** What a word means, in at most 25 words, with an example of this pipeline. */
export const terms = {
  SQL: 'The bank’s database. A transfer is one inserted row; everything to the right follows from it.',
  'Raw topic': 'Changes of the database as change capture wrote them: large JSON that carries its own schema.',
  Ingestion: 'The same rows as small Avro records: the schema is in the registry, the record has only its id.',
  Enriched: 'Transfers joined with both users’ names by a foreign-key join. A renamed user sends his transfers again.',
  Documents: 'What the read API serves: the last record per transfer, as a document.',
  'This page': 'Your browser: it holds the newest rows, and counts everything that arrives.',
  acknowledged: 'Transfers that SQL has answered with 201. Nothing is acknowledged before it is written.',
  'in SQL': 'Rows of the transfers table, counted by the server once a second.',
  'on this page': 'Transfers whose record has come to this page since it was loaded, or was in its first state.',
  'on the way': 'Acknowledged, and not here yet. Usually some milliseconds.',
  missing: 'Acknowledged more than 10 s ago and not here. While the pipeline is down, this clock stands still.',
  twice:
    'Offsets delivered twice, or one idempotency key with two ids. At least once, a repeated record is legal: “repeated” counts those.',
  'Σ balances': 'Two tasks post the two sides of a transfer, so the sum is 0 only when nothing is on the way.',
} as const

export type TermName = keyof typeof terms
