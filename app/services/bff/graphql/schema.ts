/** What may be asked, in the language of GraphQL. A field of Query that fails is null, and the others answer. */
export const typeDefs = /* GraphQL */ `
  "An exact decimal, as a text: 10.00."
  scalar Decimal
  "ISO 8601 in UTC, with ms."
  scalar DateTime

  enum TransferStatus {
    PENDING
    COMPLETED
    FAILED
    REVERSED
  }

  enum Enrichment {
    "Both names are there."
    COMPLETE
    PARTIAL
  }

  enum AlertRule {
    VELOCITY
    AMOUNT
  }

  type Query {
    "By id."
    users(first: Int! = 20, after: String): UserConnection
    user(id: ID!): User
    "From the read API: a new one is here a moment later."
    transfer(id: ID!): Transfer
    "Newest first."
    transfers(filter: TransferFilter, first: Int! = 20, after: String): TransferConnection
    "By the hour, newest first."
    totals(userId: ID, from: DateTime, to: DateTime, first: Int! = 20): [HourTotals!]
    "Of the last day, newest first."
    alerts(userId: ID, from: DateTime, first: Int! = 20): [Alert!]
    "Names of the stream applications that run."
    applications: [String!]
    topology(applicationId: String!): Topology
  }

  type Mutation {
    createUser(name: String!): User!
    "The ETag of an older version as ifMatch: PRECONDITION_FAILED."
    renameUser(id: ID!, name: String!, ifMatch: String): User!
    deleteUser(id: ID!, ifMatch: String): ID!
    "The same key again gives the transfer that it made first."
    createTransfer(idempotencyKey: String!, transfer: NewTransfer!): Transfer!
    setTransferStatus(id: ID!, status: TransferStatus!, ifMatch: String): Transfer!
    deleteTransfer(id: ID!, ifMatch: String): ID!
  }

  "Over server-sent events. A stream that ends is resumed with the last position: no event is missing then, and none comes twice."
  type Subscription {
    "Of the transfers from or to a user, or of all."
    transferChanged(userId: ID, after: String): TransferEvent!
    alertRaised(userId: ID, after: String): AlertEvent!
  }

  type TransferEvent {
    position: String!
    id: ID!
    "Null: it is deleted, or concerns the user no longer."
    transfer: Transfer
  }

  type AlertEvent {
    position: String!
    alert: Alert!
  }

  type User {
    id: ID!
    name: String!
    createdAt: DateTime!
    lastUpdatedAt: DateTime!
    "Of this version of the row, for ifMatch."
    etag: String!
    "Sent and received, newest first."
    transfers(first: Int! = 20, after: String): TransferConnection
  }

  type Transfer {
    id: ID!
    fromUserId: ID!
    toUserId: ID!
    amount: Decimal!
    status: TransferStatus!
    createdAt: DateTime!
    lastUpdatedAt: DateTime!
    "Of this version of the row in SQL, for ifMatch."
    etag: String!
    "As the pipeline has joined them; null: there is no such user, or the pipeline has not come to it yet."
    fromUserName: String
    toUserName: String
    "Null: the row in SQL, as a mutation answers it."
    enrichment: Enrichment
    "As they are now; null: deleted."
    from: User
    to: User
  }

  input TransferFilter {
    "Who pays or is paid."
    userId: ID
    status: TransferStatus
    "Made at or after."
    from: DateTime
    "Made before."
    to: DateTime
    minAmount: Decimal
  }

  input NewTransfer {
    fromUserId: ID!
    toUserId: ID!
    amount: Decimal!
  }

  type HourTotals {
    userId: ID!
    windowStart: DateTime!
    windowEnd: DateTime!
    sentCount: Int!
    sentTotal: Decimal!
    "The hour is closed."
    final: Boolean!
    "Over the transfers as they are now."
    corrected: SentTotals!
  }

  type SentTotals {
    sentCount: Int!
    sentTotal: Decimal!
  }

  type Alert {
    alertId: ID!
    userId: ID!
    rule: AlertRule!
    windowStart: DateTime!
    windowEnd: DateTime!
    observed: String!
    threshold: String!
    transferIds: [ID!]!
  }

  type Topology {
    applicationId: String!
    hash: String!
    parts: [SubTopology!]!
  }

  type SubTopology {
    id: Int!
    kind: String!
    nodes: [TopologyNode!]!
    stores: [TopologyStore!]!
  }

  type TopologyNode {
    kind: String!
    name: String!
    topics: [String!]!
    stores: [String!]!
    successors: [String!]!
  }

  type TopologyStore {
    name: String!
    kind: String!
  }

  type UserConnection {
    edges: [UserEdge!]!
    pageInfo: PageInfo!
  }

  type UserEdge {
    cursor: String!
    node: User!
  }

  type TransferConnection {
    edges: [TransferEdge!]!
    pageInfo: PageInfo!
  }

  type TransferEdge {
    cursor: String!
    node: Transfer!
  }

  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
`
