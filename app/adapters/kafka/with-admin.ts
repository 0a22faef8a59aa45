import type { Admin, Cluster } from 'millrace'

/** Asks the cluster by an admin client that is closed afterwards, also after an error: one left open keeps a process from ending. */
export async function withAdmin<T>(cluster: Cluster, clientId: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = await cluster.admin({ clientId })
  try {
    return await use(admin)
  } finally {
    await admin.close()
  }
}
