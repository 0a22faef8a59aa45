import { booleanSerde, bytesSerde, uuidSerde, voidSerde } from './basic-serdes.ts'
import { doubleSerde, floatSerde } from './floating-point-serdes.ts'
import { bigLongSerde, intSerde, longSerde, shortSerde } from './integer-serdes.ts'
import { jsonSerde } from './json/json-serde.ts'
import { listSerde } from './list-serde.ts'
import { stringSerde } from './string-serde.ts'
import { sessionWindowedSerde, timeWindowedSerde } from './windowed-serdes.ts'

/** The serdes of Millrace. Their bytes are those of Java's serdes (`org.apache.kafka.common.serialization.Serdes`). */
export const Serdes = Object.freeze({
  string: stringSerde,
  long: longSerde,
  bigLong: bigLongSerde,
  int: intSerde,
  short: shortSerde,
  double: doubleSerde,
  float: floatSerde,
  boolean: booleanSerde,
  uuid: uuidSerde,
  bytes: bytesSerde,
  void: voidSerde,
  json: jsonSerde,
  list: listSerde,
  timeWindowed: timeWindowedSerde,
  sessionWindowed: sessionWindowedSerde,
})
