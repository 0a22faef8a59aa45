/**
 * Tables of the bank, and triggers that log each change. There are no foreign keys: users and transfers are in databases of their own,
 * and the pipeline has to live with dangling ids. Amounts and times are texts, so that nothing rounds them.
 */
const tables = {
  users: `
create table if not exists users (
  id integer primary key autoincrement,
  name text not null,
  created_at text not null,
  last_updated_at text not null);`,
  transfers: `
create table if not exists transfers (
  id integer primary key autoincrement,
  from_user_id integer not null,
  to_user_id integer not null,
  amount text not null,
  status text not null default 'PENDING' check (status in ('PENDING', 'COMPLETED', 'FAILED', 'REVERSED')),
  request_id text unique,
  created_at text not null,
  last_updated_at text not null);
create index if not exists transfers_from on transfers (from_user_id);
create index if not exists transfers_to on transfers (to_user_id);
create table if not exists requests (
  id text primary key,
  fingerprint text not null,
  transfer_id integer not null) without rowid;`,
} as const

/** The log of changes, and which database this is: positions of two databases have no order. */
const changeLog = `
create table if not exists cdc_database (id text not null);
insert into cdc_database select lower(hex(randomblob(6))) where not exists (select 1 from cdc_database);
create table if not exists cdc_log (
  seq integer primary key autoincrement,
  tbl text not null,
  op text not null,
  before_json text,
  after_json text,
  snapshot text not null default 'false',
  ts_ms integer not null);`

const columns = {
  users: ['id', 'name', 'created_at', 'last_updated_at'],
  transfers: ['id', 'from_user_id', 'to_user_id', 'amount', 'status', 'request_id', 'created_at', 'last_updated_at'],
} as const

export type TableName = keyof typeof columns

/** SQL for ms since the epoch. */
export const nowMs = `cast(round(unixepoch('subsec') * 1000) as integer)`

/** SQL for a row as JSON text; `prefix` is `old.`, `new.` or nothing. */
export function rowJson(table: TableName, prefix: 'old.' | 'new.' | ''): string {
  return `json_object(${columns[table].map((column) => `'${column}', ${prefix}${column}`).join(', ')})`
}

/** Of the database of a table, all that it needs. */
export function bankSchema(table: TableName): string {
  return [tables[table], changeLog, ...triggersOf(table)].join('\n')
}

function triggersOf(table: TableName): string[] {
  const [before, after] = [rowJson(table, 'old.'), rowJson(table, 'new.')]
  return [
    trigger(table, 'insert', 'c', 'null', after),
    trigger(table, 'update', 'u', before, after),
    trigger(table, 'delete', 'd', before, 'null'),
  ]
}

function trigger(table: TableName, event: string, op: string, before: string, after: string): string {
  return `create trigger if not exists ${table}_${event} after ${event} on ${table} begin
  insert into cdc_log (tbl, op, before_json, after_json, ts_ms) values ('${table}', '${op}', ${before}, ${after}, ${nowMs});
end;`
}
