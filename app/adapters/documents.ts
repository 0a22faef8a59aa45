import Type from 'typebox'
import { transferEnrichedSchema } from '../../examples/transfer-pipeline/schemas/avro.ts'
import type { DocumentStore } from '../sink/document-store.ts'

/** Fields of services that work with the documents. */
export const documentsConfig = {
  documents: Type.String({
    default: '.data/documents.db',
    description: 'Where the documents are: a SQLite file, or a MongoDB (mongodb://user@host:27017/bank).',
  }),
  documentsCollection: Type.Optional(
    Type.String({ minLength: 1, description: 'The collection, where they are in a MongoDB. Default: transfers.' }),
  ),
  documentsPasswordFile: Type.Optional(
    Type.String({
      description: "File with the password of the MongoDB's user. Default: it is in the address, or there is none.",
    }),
  ),
}

export interface DocumentsPlace {
  readonly documents: string
  readonly documentsCollection?: string | undefined
  readonly documentsPasswordFile?: string | undefined
  /** Larger documents are refused. Default 16 MiB. */
  readonly documentBytesMax?: number | undefined
}

/** What the read API looks documents up and sorts them by. */
const indexes = ['id', 'fromUserId', 'toUserId', 'createdAt', 'lastUpdatedAt']

/** The store that the configuration names. It connects at its first use. */
export async function openDocuments(place: DocumentsPlace): Promise<DocumentStore> {
  const { documents: uri, documentsCollection: collection = 'transfers', documentsPasswordFile: passwordFile = null } = place
  const { documentBytesMax: bytesMax } = place
  if (!/^mongodb(\+srv)?:/.test(uri)) {
    const { SqliteDocumentStore } = await import('./sqlite/sqlite-document-store.ts')
    return new SqliteDocumentStore(uri, { bytesMax })
  }
  const { BsonFields } = await import('./mongodb/bson-fields.ts')
  const { MongoDocumentStore } = await import('./mongodb/mongo-document-store.ts')
  const { MongoConnection } = await import('./mongodb/mongo-connection.ts')
  const connection = new MongoConnection({ uri, passwordFile })
  return new MongoDocumentStore({ connection, collection, fields: new BsonFields(transferEnrichedSchema), indexes, bytesMax })
}
