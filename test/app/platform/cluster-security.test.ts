import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { securityOf } from '../../../app/platform/cluster-security.ts'
import { directory } from '../../storage/media.ts'

const kafka = 'kafka:9093'

t.test('TLS and SASL come from files', async (t) => {
  const dir = directory(t)
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content)
    return join(dir, name)
  }
  t.same(securityOf({ kafka }), {})
  t.same(securityOf({ kafka, kafkaTls: 'on' }), { ssl: {} })
  const config = {
    kafka,
    kafkaTls: 'on',
    kafkaCaFile: file('ca.pem', 'a\nb\n'),
    kafkaSasl: 'scram-sha-512',
    kafkaUser: 'millrace',
    kafkaPasswordFile: file('password', 's3cret\n'),
  } as const
  t.same(securityOf(config), {
    ssl: { ca: 'a\nb\n' },
    sasl: { mechanism: 'scram-sha-512', username: 'millrace', password: 's3cret' },
  })
})

t.test('what is half given is refused by the flag that is missing', async (t) => {
  const refusals = [
    [{ kafkaSasl: 'plain' }, /^--kafka-user is missing/],
    [{ kafkaSasl: 'plain', kafkaUser: 'a' }, /^--kafka-password-file is missing/],
    [
      { kafkaSasl: 'plain', kafkaUser: 'a', kafkaPasswordFile: '/nowhere/it' },
      /^--kafka-password-file cannot be read: .*nowhere/,
    ],
    [{ kafkaTls: 'on', kafkaCaFile: '/nowhere/ca' }, /^--kafka-ca-file cannot be read/],
    [{ kafkaCaFile: '/nowhere/ca' }, /^--kafka-ca-file is given, but --kafka-tls is off/],
    [{ kafkaPasswordFile: '/nowhere/it' }, /^--kafka-password-file is given, but --kafka-sasl is off/],
  ] as const
  for (const [config, message] of refusals) t.throws(() => securityOf({ kafka, ...config }), { name: 'ConfigProblem', message })
})
