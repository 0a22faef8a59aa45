/** What would bring a row further, by its name: for rows that are short of their goal. */
const nextDesigns: Readonly<Record<string, string>> = {
  a1: 'A node is called through one function a record. Next: one function a batch for a chain of stateless operators, over the columns of the batch; the output batch takes the key as a range of the fetched bytes.',
  a2: 'V8 parses and writes JSON: 1.4 of 2 µs. Next: a serde of typed views, which reads the fields that lambdas name and copies the other bytes (validated when it is handed over).',
  b1: 'Each record is looked up twice (get, put), and each look-up misses the processor’s cache for slot and row. Next: `update`, which finds a row once; and the queue reads slots and rows of the next 16 records before they are worked on.',
  b2: 'What is left is V8’s collector, which marks because of fetched buffers, and a double look-up. Next: fetched responses that are used again where no serde keeps a view; one look-up a record.',
  b3: 'Each record misses the cache for slot, row and cached entry, and a checkpoint writes each changed row to LMDB. Next: touch ahead by batch; checkpoints that write the pages of the kernel instead of its rows.',
  c1: 'A window is found by key and time in the store, and again in its cache. Next: the row of a window is kept in the entry of the cache; windows of a batch are grouped by key before they are looked up.',
  c2: 'Each record is written to four windows. Next: slices of the greatest common divisor of size and advance (`store: { slices: true }`), combined when they are emitted: one write a record.',
  d1: 'Two misses a record for the table’s row, and a copy of it for the joiner. Next: touch ahead by batch; the row as a view for joiners whose serde says that it does not keep it.',
  e1: 'Each record is put into one window store and looks into the other one, each with a changelog. Next: both sides of a join in one table, by key and time, so that put and look-up share the miss.',
  e2: 'As e1, and each unmatched record is written, read and deleted in a third store. Next: a bit in the row of the window store says that it is unmatched, in the order of time that the segment has anyway.',
  f: 'A transfer goes through two internal topics, and each hop hashes a value (murmur3, 128 bits). Next: the hash in WebAssembly or by native code; the subscription keeps the bytes in which it came.',
  i1: 'Restore reads, checks and applies the changelog, and the first checkpoint stores all rows. Next: batches are decoded on a second thread while the first one applies; rows are appended to LMDB behind, in the order of their keys.',
  i2: 'After a kill the group’s coordinator and the join take most of the time, then the replay of the tail. Next: tasks of a static member are opened while it joins, since they are what it had.',
  j1: 'p99 is that of the broker plus a poll. Next: the produce request leaves in the turn in which its record came, without a timer.',
  j2: 'A transaction commits when the input is drained or after 100 ms. Next: the next transaction begins while the end of the last one is in flight.',
}

/** The design for a row, or for the row that it is a form of (`b1-once`: that of `b1`). */
export function nextDesign(row: string): string | null {
  return nextDesigns[row] ?? nextDesigns[row.split('-')[0]!] ?? null
}
