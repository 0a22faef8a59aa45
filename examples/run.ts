// `npm run example NAME`: runs one of the small examples.
const names = ['word-count', 'fraud-detector', 'deduplication', 'sessions-and-funnels', 'cdc-table']
const [name = '', ...args] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`There is no example ${name}. There are: ${names.join(', ')}.`)
  process.exit(1)
}
const { main } = (await import(`./${name}/main.ts`)) as { main: (args: string[]) => Promise<void> }
await main(args)
