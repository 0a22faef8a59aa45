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
