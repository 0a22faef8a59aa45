/** A request of the story, and what has to come of it. Texts may have variables of Postman, as `{{payer}}`. */
export interface Step {
  /** Unique, as a sentence. */
  readonly name: string
  /** The operation of the OpenAPI document, by its id. */
  readonly operation: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
  readonly status: number
  /** What the answer has, among other things. */
  readonly expect?: unknown
  /** `at last`: what was written comes by the pipeline, so it is asked again until it is there. Default `at once`. */
  readonly holds?: 'at once' | 'at last'
  /** Variable → field of the answer that it gets. */
  readonly keep?: Readonly<Record<string, string>>
}

const transfer = '{ "fromUserId": {{payer}}, "toUserId": {{payee}}, "amount": "10.00" }'
const onTransfer = { params: { id: '{{transfer}}' } }
/** The first step makes the key; what repeats the request sends the same one. */
const once = { 'idempotency-key': '{{key}}' }

/** What the pipeline does, told by requests to its one port. */
export const story: readonly Step[] = [
  {
    name: 'A user who pays is made',
    operation: 'createUser',
    body: '{ "name": "Amara" }',
    status: 201,
    expect: { name: 'Amara' },
    keep: { payer: 'id' },
  },
  {
    name: 'A user who is paid is made',
    operation: 'createUser',
    body: '{ "name": "Bruno" }',
    status: 201,
    keep: { payee: 'id' },
  },
  { name: 'A user has a name', operation: 'createUser', body: '{ "name": " " }', status: 422, expect: { errors: {} } },
  {
    name: 'Amara pays Bruno',
    operation: 'createTransfer',
    headers: once,
    body: transfer,
    status: 201,
    expect: { amount: '10.00', status: 'PENDING' },
    keep: { transfer: 'id' },
  },
  {
    name: 'The same request again gives the same transfer',
    operation: 'createTransfer',
    headers: once,
    body: transfer,
    status: 201,
    expect: { id: '{{transfer}}' },
  },
  {
    name: 'Another transfer does not go under the same key',
    operation: 'createTransfer',
    headers: once,
    body: transfer.replace('10.00', '11.00'),
    status: 422,
  },
  {
    name: 'The transfer gets both names, and is settled',
    operation: 'getTransfer',
    ...onTransfer,
    status: 200,
    expect: { fromUserName: 'Amara', toUserName: 'Bruno', enrichment: 'COMPLETE', status: 'COMPLETED' },
    holds: 'at last',
  },
  {
    name: 'Amara gets another name',
    operation: 'renameUser',
    params: { id: '{{payer}}' },
    body: '{ "name": "Amara Okafor" }',
    status: 200,
  },
  {
    name: 'The transfer follows the rename',
    operation: 'getTransfer',
    ...onTransfer,
    status: 200,
    expect: { fromUserName: 'Amara Okafor' },
    holds: 'at last',
  },
  {
    name: 'Amara has one transfer',
    operation: 'listTransfers',
    query: { userId: '{{payer}}', status: 'COMPLETED' },
    status: 200,
    expect: { content: [{ id: '{{transfer}}' }], page: { totalElements: 1 } },
  },
  {
    name: 'The hour of Amara has it',
    operation: 'listTotals',
    query: { userId: '{{payer}}' },
    status: 200,
    expect: { content: [{ sentCount: 1, sentTotal: '10.00' }] },
    holds: 'at last',
  },
  { name: 'Alerts would be here', operation: 'listAlerts', query: { userId: '{{payer}}' }, status: 200, expect: { content: [] } },
  {
    name: 'The transfer has a history',
    operation: 'getTransferHistory',
    ...onTransfer,
    status: 200,
    expect: { kind: 'transfers' },
  },
  { name: 'Nothing was refused', operation: 'listLetters', query: { text: 'Amara' }, status: 200, expect: { content: [] } },
  { name: 'The transfer is reversed', operation: 'changeTransfer', ...onTransfer, body: '{ "status": "REVERSED" }', status: 200 },
  {
    name: 'A transfer that is reversed stays so',
    operation: 'changeTransfer',
    ...onTransfer,
    body: '{ "status": "COMPLETED" }',
    status: 409,
  },
  { name: 'The transfer is deleted', operation: 'deleteTransfer', ...onTransfer, status: 204 },
  { name: 'The transfer is gone', operation: 'getTransfer', ...onTransfer, status: 404, holds: 'at last' },
  { name: 'Amara is deleted', operation: 'deleteUser', params: { id: '{{payer}}' }, status: 204 },
  { name: 'Bruno is deleted', operation: 'deleteUser', params: { id: '{{payee}}' }, status: 204 },
  { name: 'Amara is gone', operation: 'getUser', params: { id: '{{payer}}' }, status: 404 },
  { name: 'All services answer', operation: 'getHealth', status: 200, expect: { status: 'up' }, holds: 'at last' },
]
