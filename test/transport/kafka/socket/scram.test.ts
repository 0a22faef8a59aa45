import t from 'tap'
import { ScramClient } from '../../../../lib/transport/kafka/connection/socket/scram.ts'

/** The example of RFC 7677, §3. */
const user = { digest: 'sha256', username: 'user', password: 'pencil', nonce: 'rOprNGfwEbeRWgbNEkqO' } as const
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

t.test('the messages of a client are those of RFC 7677', async (t) => {
  const client = new ScramClient(user)
  t.equal(client.firstMessage.toString(), 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  const final = await client.finalMessage(Buffer.from(serverFirst))
  t.equal(
    final.toString(),
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  t.doesNotThrow(() => client.verify(Buffer.from(serverFinal)))
})

t.test('a user name is escaped', async (t) => {
  t.equal(new ScramClient({ ...user, username: 'a=b,c' }).firstMessage.toString(), `n,,n=a=3Db=2Cc,r=${user.nonce}`)
})

for (const [what, message, error] of [
  ['a nonce of somebody else', serverFirst.replace('rOpr', 'xxxx'), /its nonce is wrong/],
  ['a nonce without a part of the server', `r=${user.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, /its nonce is wrong/],
  ['too few iterations', serverFirst.replace('4096', '1'), /asks for 1 iterations/],
  ['iterations that take for ever', serverFirst.replace('4096', '2000000000'), /asks for 2000000000 iterations/],
  ['no iterations', 'r=rOprNGfwEbeRWgbNEkqOx', /asks for {2}iterations/],
] as const)
  t.test(`a server with ${what} is refused`, async (t) => {
    await t.rejects(new ScramClient(user).finalMessage(Buffer.from(message)), { message: error })
  })

t.test('a server that does not know the password is refused', async (t) => {
  const client = new ScramClient(user)
  await client.finalMessage(Buffer.from(serverFirst))
  t.throws(() => client.verify(Buffer.from('v=AAAA')), { message: /does not know the password/ })
  t.throws(() => client.verify(Buffer.from(serverFinal.replace('6', '7'))), { message: /does not know the password/ })
  t.throws(() => client.verify(Buffer.from('e=other-error')), { message: /other-error/ })
})
