import t from 'tap'
import { sqlColumns } from '../../../../app/adapters/mariadb/sql-columns.ts'
import { rowFields } from '../../../../app/capture/connect-json.ts'

const known = [
  ['id', 'bigint(20)'],
  ['from_user_id', 'bigint'],
  ['to_user_id', 'bigint'],
  ['amount', 'decimal(18,2)'],
  ['status', "enum('PENDING','COMPLETED','FAILED','REVERSED')"],
  ['request_id', 'varchar(64)'],
  ['created_at', 'timestamp(3)'],
  ['last_updated_at', 'timestamp(3)'],
].map(([name, type]) => ({ name: name!, type: type! }))

t.test('a table as the pipeline knows it has the fields that the pipeline knows', async (t) => {
  t.same(sqlColumns('transfers', known).fields, rowFields.transfers)
})

t.test('columns of other types are told as they are', async (t) => {
  const types: Readonly<Record<string, string>> = {
    id: 'bigint', scaled: 'decimal(19,4)', plain: 'decimal(5)', small: 'smallint unsigned', whole: 'int(11)', large: 'int unsigned', huge: 'bigint unsigned',
    flag: 'tinyint(1)', real8: 'double', day: 'date', moment: 'datetime(3)', exact: 'datetime(6)', zoned: 'timestamp', quoted: "enum('it''s','b')",
    raw: 'varbinary(4)', text: 'longtext', time: 'time(3)', json: 'json', year: 'year(4)',
  } // prettier-ignore
  const { fields, rowOf } = sqlColumns('users', Object.entries(types).map(([name, type]) => ({ name, type }))) // prettier-ignore
  const named = fields.map(({ field, type, name, parameters }) => [
    field,
    type,
    ...(name ? [name] : []),
    ...(parameters ? [parameters] : []),
  ])
  t.same(named, [
    ['id', 'int64'],
    ['scaled', 'bytes', 'org.apache.kafka.connect.data.Decimal', { scale: '4', 'connect.decimal.precision': '19' }],
    ['plain', 'bytes', 'org.apache.kafka.connect.data.Decimal', { scale: '0', 'connect.decimal.precision': '5' }],
    ['small', 'int32'],
    ['whole', 'int32'],
    ['large', 'int64'],
    ['huge', 'int64'],
    ['flag', 'int16'],
    ['real8', 'double'],
    ['day', 'int32', 'io.debezium.time.Date'],
    ['moment', 'int64', 'io.debezium.time.Timestamp'],
    ['exact', 'int64', 'io.debezium.time.MicroTimestamp'],
    ['zoned', 'string', 'io.debezium.time.ZonedTimestamp'],
    ['quoted', 'string', 'io.debezium.data.Enum', { allowed: "it's,b" }],
    ['raw', 'bytes'],
    ['text', 'string'],
    ['time', 'string'],
    ['json', 'string', 'io.debezium.data.Json'],
    ['year', 'int32', 'io.debezium.time.Year'],
  ])
  t.ok(fields.every(({ field, optional }) => optional === (field !== 'id')))
  const row = rowOf({
    id: 1, scaled: '-5.0000', plain: '7', small: 65_535, whole: -1, large: 4_294_967_295, huge: '18446744073709551615', flag: 1, real8: 0.1, day: '2026-11-22',
    moment: '2026-11-22 10:00:05.123', exact: '2026-11-22 10:00:05.123456', zoned: '2026-11-22 10:00:05', quoted: "it's", raw: Buffer.from([0, 255]),
    text: 'Zoë 🚀', time: '-12:34:56.789', json: '{"a":1}', year: 2026,
  }) // prettier-ignore
  t.equal(
    JSON.stringify(row),
    `{"id":1,"scaled":"-5.0000","plain":"7","small":65535,"whole":-1,"large":4294967295,"huge":-1,"flag":1,"real8":0.1,"day":20779,` +
      `"moment":1795341605123,"exact":1795341605123456,"zoned":"2026-11-22T10:00:05Z","quoted":"it's","raw":"AP8=",` +
      `"text":"Zoë 🚀","time":"-12:34:56.789","json":"{\\"a\\":1}","year":2026}`,
  )
  t.same(
    Object.values(rowOf({ id: 2 })).slice(1),
    Array.from({ length: 18 }, () => null),
  )
})

t.test('a table without an id is refused', async (t) => {
  t.throws(() => sqlColumns('users', [{ name: 'name', type: 'text' }]), /The table users has no column id/)
})
