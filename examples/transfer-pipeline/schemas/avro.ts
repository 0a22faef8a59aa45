/** Avro schemas, one namespace a layer. Money is a decimal, time is `timestamp-millis`; enums have a default symbol. */

const timestamp = { type: 'long', logicalType: 'timestamp-millis' } as const
const amount = { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 } as const
/** Of many amounts. */
const sum = { ...amount, precision: 38 } as const

export const ingestionUserSchema = {
  type: 'record',
  name: 'IngestionUser',
  namespace: 'bank.ingestion',
  doc: 'A user as the bank has it.',
  fields: [
    { name: 'id', type: 'long', doc: 'Id in the bank.' },
    { name: 'name', type: 'string', doc: 'Full name.', 'x-classification': 'PII' },
    { name: 'createdAt', type: timestamp, doc: 'When the user was made.' },
    { name: 'lastUpdatedAt', type: timestamp, doc: 'When the user last changed.' },
  ],
} as const

const transferFields = [
  { name: 'id', type: 'long', doc: 'Id in the bank.' },
  { name: 'fromUserId', type: 'long', doc: 'Who pays.' },
  { name: 'toUserId', type: 'long', doc: 'Who is paid.' },
  { name: 'amount', type: amount, doc: 'In the currency of the bank.' },
  {
    name: 'status',
    type: {
      type: 'enum',
      name: 'TransferStatus',
      symbols: ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'],
      default: 'PENDING',
      doc: 'How far the transfer is.',
    },
    doc: 'How far the transfer is.',
  },
  { name: 'createdAt', type: timestamp, doc: 'When the transfer was made.' },
  { name: 'lastUpdatedAt', type: timestamp, doc: 'When the transfer last changed.' },
] as const

export const ingestionTransferSchema = {
  type: 'record',
  name: 'IngestionTransfer',
  namespace: 'bank.ingestion',
  doc: 'A transfer as the bank has it.',
  fields: transferFields,
} as const

const name = ['null', 'string'] as const

/** Halfway through the enricher: the sender is known. Only internal topics and stores hold it. */
export const transferWithSenderSchema = {
  type: 'record',
  name: 'TransferWithSender',
  namespace: 'bank.custom',
  doc: 'A transfer with the name of its sender.',
  fields: [
    ...transferFields,
    { name: 'fromUserName', type: name, default: null, doc: 'Name of who pays; null while unknown.', 'x-classification': 'PII' },
  ],
} as const

export const transferEnrichedSchema = {
  type: 'record',
  name: 'TransferEnriched',
  namespace: 'bank.custom',
  doc: 'A transfer with the names of both users.',
  fields: [
    ...transferWithSenderSchema.fields,
    { name: 'toUserName', type: name, default: null, doc: 'Name of who is paid; null while unknown.', 'x-classification': 'PII' },
    {
      name: 'enrichment',
      type: {
        type: 'enum',
        name: 'Enrichment',
        symbols: ['COMPLETE', 'PARTIAL'],
        default: 'PARTIAL',
        doc: 'Whether both names are known.',
      },
      doc: 'Whether both names are known.',
    },
  ],
} as const

/** What the second version of the enricher collects by receiver. Only its own topics and stores hold it. */
export const userWithTransfersSchema = {
  type: 'record',
  name: 'UserWithTransfers',
  namespace: 'bank.poc',
  doc: 'All that a user has received.',
  fields: [
    { name: 'transfers', type: { type: 'array', items: ingestionTransferSchema }, doc: 'In the order in which they changed.' },
  ],
} as const

/** What settlement decides; the write service carries it out. */
export const transferCommandSchema = {
  type: 'record',
  name: 'TransferStatusCommand',
  namespace: 'bank.command',
  doc: 'Sets the status of a transfer that is PENDING.',
  fields: [
    { name: 'transferId', type: 'long', doc: 'Id in the bank.' },
    {
      name: 'status',
      type: {
        type: 'enum',
        name: 'SettledStatus',
        symbols: ['FAILED', 'COMPLETED'],
        default: 'FAILED',
        doc: 'What becomes of the transfer.',
      },
      doc: 'What becomes of the transfer.',
    },
    {
      name: 'reason',
      type: {
        type: 'enum',
        name: 'SettlementReason',
        symbols: ['NONE', 'AMOUNT', 'VELOCITY'],
        default: 'NONE',
        doc: 'Which limit it broke.',
      },
      doc: 'Which limit it broke.',
    },
  ],
} as const

export const balanceSchema = {
  type: 'record',
  name: 'Balance',
  namespace: 'bank.custom',
  doc: 'What COMPLETED transfers have left a user with.',
  fields: [
    { name: 'userId', type: 'long', doc: 'Whose balance it is.' },
    {
      name: 'balance',
      type: sum,
      doc: 'Received less sent, in the currency of the bank.',
    },
  ],
} as const

export const transferTotalsSchema = {
  type: 'record',
  name: 'TransferTotals',
  namespace: 'bank.custom',
  doc: 'What a user has sent within an hour.',
  fields: [
    { name: 'userId', type: 'long', doc: 'Who pays.' },
    { name: 'windowStart', type: timestamp, doc: 'When the hour begins.' },
    { name: 'windowEnd', type: timestamp, doc: 'When the hour has ended: it no longer belongs to it.' },
    { name: 'sentCount', type: 'long', doc: 'How many transfers were made.' },
    { name: 'sentTotal', type: sum, doc: 'Their amounts, in the currency of the bank.' },
    { name: 'final', type: 'boolean', doc: 'Whether the hour is closed: a later transfer no longer counts.' },
  ],
} as const

export const transferAlertSchema = {
  type: 'record',
  name: 'TransferAlert',
  namespace: 'bank.custom',
  doc: 'A user who sends much within a short time.',
  fields: [
    { name: 'alertId', type: 'string', doc: 'The same for the same user, rule and window: who reads it twice knows it.' },
    { name: 'userId', type: 'long', doc: 'Who pays.' },
    {
      name: 'rule',
      type: {
        type: 'enum',
        name: 'AlertRule',
        symbols: ['VELOCITY', 'AMOUNT'],
        default: 'VELOCITY',
        doc: 'VELOCITY: many transfers. AMOUNT: much money.',
      },
      doc: 'Which limit was passed.',
    },
    { name: 'windowStart', type: timestamp, doc: 'When the window begins.' },
    { name: 'windowEnd', type: timestamp, doc: 'When the window has ended: it no longer belongs to it.' },
    { name: 'observed', type: 'string', doc: 'How many transfers, or which sum, when the limit was passed.' },
    { name: 'threshold', type: 'string', doc: 'The limit.' },
    { name: 'transferIds', type: { type: 'array', items: 'long' }, doc: 'The transfers that passed it, the last 100 at most.' },
  ],
} as const

const texts = ['null', { type: 'map', values: 'string' }] as const

/** What has changed in a database, column by column, as text. No table has a schema of its own here. */
export const auditRecordSchema = {
  type: 'record',
  name: 'AuditRecord',
  namespace: 'bank.custom',
  doc: 'A change of a row.',
  fields: [
    { name: 'entity', type: 'string', doc: 'The table.' },
    { name: 'entityId', type: 'string', doc: 'The id of the row.' },
    {
      name: 'op',
      type: {
        type: 'enum',
        name: 'AuditOp',
        symbols: ['UPDATE', 'CREATE', 'DELETE', 'SNAPSHOT'],
        default: 'UPDATE',
        doc: 'What was done. SNAPSHOT: the row was there before changes were captured.',
      },
      doc: 'What was done.',
    },
    {
      name: 'before',
      type: texts,
      default: null,
      doc: 'The columns before, but those that were null.',
      'x-classification': 'PII',
    },
    { name: 'after', type: texts, default: null, doc: 'The columns after, but those that are null.', 'x-classification': 'PII' },
    {
      name: 'changedFields',
      type: { type: 'array', items: 'string' },
      doc: 'The columns that differ, in the order of the table.',
    },
    { name: 'sourceTs', type: timestamp, doc: 'When the database did it.' },
    { name: 'source', type: { type: 'map', values: 'string' }, doc: 'Where it was captured.' },
  ],
} as const
