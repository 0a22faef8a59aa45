import Type from 'typebox'
import { answers } from '../../platform/http/openapi.ts'
import { list, orNull } from '../../platform/http/schema-parts.ts'

const text = Type.String()
const progress = Type.Object({ done: Type.Integer(), total: Type.Integer() }, { title: 'RestoreProgress' })

const tasks = Type.Object(
  {
    state: text,
    instance: Type.Optional(text),
    guarantee: Type.Enum(['at_least_once', 'exactly_once_v2']),
    tasks: list(Type.Object({ taskId: text, state: text, instance: Type.Optional(text) })),
    restore: orNull(progress),
    restores: Type.Optional(Type.Record(text, progress)),
  },
  { title: 'TasksNow' },
)

const flow = Type.Object(
  {
    at: Type.Number({ description: 'The monotonic time of the process, in ms.' }),
    topics: Type.Record(text, Type.Number()),
    stores: Type.Record(text, Type.Object({ rows: Type.Number(), atLeast: Type.Boolean() })),
  },
  { title: 'FlowNow' },
)

/** What a stream application says of itself as it runs, and the BFF of all its instances together. */
export const runningOperations = {
  tasks: {
    summary: 'What of the application runs where, what it guarantees, and how far restores are.',
    response: answers({ 200: tasks }),
  },
  flow: {
    summary: 'How many records topics have passed on, and how many rows stores have.',
    response: answers({ 200: flow }),
  },
} as const
