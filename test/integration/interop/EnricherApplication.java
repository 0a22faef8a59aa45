import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TableJoined;

/**
 * examples/transfer-pipeline/topologies/enricher.ts in Java, for test/integration/interop: the same application id, topics and schemas. Prints
 * `describe()`, then its states.
 *
 *     java -cp 'lib/*' EnricherApplication.java BOOTSTRAP REGISTRY STATE_DIR SCHEMAS
 *
 * SCHEMAS is a JSON file: the Avro schemas `users`, `transfers`, `withSender` and `enriched`.
 */
public final class EnricherApplication {
    public static void main(String[] args) throws Exception {
        var topology = topology(new Registry(args[1]), new ObjectMapper().readValue(Files.readString(Path.of(args[3])), Map.class));
        System.out.println(topology.describe());
        var properties = new Properties();
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "transfer-enricher");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, args[2]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        var streams = new KafkaStreams(topology, properties);
        // Whoever comes next should not wait for a session to end.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(new KafkaStreams.CloseOptions().leaveGroup(true))));
        streams.setStateListener((state, before) -> System.out.println("state " + state));
        streams.start();
    }

    static Topology topology(Registry registry, Map<String, String> schemas) {
        var text = Serdes.String();
        var withSender = new Schema.Parser().parse(schemas.get("withSender"));
        var enriched = new Schema.Parser().parse(schemas.get("enriched"));
        var builder = new StreamsBuilder();
        KTable<String, GenericRecord> names = builder.table("ingestion.bank.users", Consumed.with(text, avro(registry, schemas.get("users"))));
        builder.table("ingestion.bank.transfers", Consumed.with(text, avro(registry, schemas.get("transfers"))))
            .leftJoin(
                names,
                transfer -> transfer.get("fromUserId").toString(),
                (transfer, user) -> with(withSender, transfer, Map.of("fromUserName", nameOf(user))),
                TableJoined.as("sender"),
                Materialized.with(text, avro(registry, schemas.get("withSender"))))
            .leftJoin(
                names,
                transfer -> transfer.get("toUserId").toString(),
                (transfer, user) -> {
                    var isPartial = transfer.get("fromUserName") == null || user == null;
                    var symbol = new GenericData.EnumSymbol(enriched.getField("enrichment").schema(), isPartial ? "PARTIAL" : "COMPLETE");
                    return with(enriched, transfer, Map.of("toUserName", nameOf(user), "enrichment", symbol));
                },
                TableJoined.as("receiver"))
            .toStream()
            .to("custom.bank.transfer-enriched", Produced.with(text, avro(registry, schemas.get("enriched"))));
        return builder.build();
    }

    private static final Object NONE = new Object();

    private static Object nameOf(GenericRecord user) {
        return user == null ? NONE : user.get("name");
    }

    /** A record of a schema: what it has in common with another one, and more. */
    private static GenericRecord with(Schema schema, GenericRecord other, Map<String, Object> more) {
        var record = new GenericData.Record(schema);
        for (var field : schema.getFields()) {
            var own = more.get(field.name());
            var value = own == null ? other.get(field.name()) : own == NONE ? null : own;
            // Enums of two schemas are two classes of symbols.
            record.put(field.pos(), value instanceof GenericData.EnumSymbol ? new GenericData.EnumSymbol(field.schema(), value.toString()) : value);
        }
        return record;
    }

    /** 0x00, the id of the schema, and Avro: what Confluent's serializers write. */
    private static Serde<GenericRecord> avro(Registry registry, String schemaText) {
        var schema = new Schema.Parser().parse(schemaText);
        return Serdes.serdeFrom(
            (topic, value) -> {
                if (value == null) return null;
                try {
                    var bytes = new ByteArrayOutputStream();
                    bytes.write(ByteBuffer.allocate(5).put((byte) 0).putInt(registry.idOf(topic + "-value", schemaText)).array());
                    var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
                    new GenericDatumWriter<GenericRecord>(schema).write(value, encoder);
                    return bytes.toByteArray();
                } catch (java.io.IOException error) {
                    throw new java.io.UncheckedIOException(error);
                }
            },
            (topic, bytes) -> {
                if (bytes == null) return null;
                try {
                    var writer = registry.schemaOf(ByteBuffer.wrap(bytes, 1, 4).getInt());
                    var decoder = DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null);
                    return new GenericDatumReader<GenericRecord>(writer, schema).read(null, decoder);
                } catch (java.io.IOException error) {
                    throw new java.io.UncheckedIOException(error);
                }
            });
    }

    static final class Registry {
        private final HttpClient http = HttpClient.newHttpClient();
        private final ObjectMapper json = new ObjectMapper();
        private final Map<String, Integer> ids = new ConcurrentHashMap<>();
        private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
        private final String url;

        Registry(String url) {
            this.url = url;
        }

        int idOf(String subject, String schema) {
            return ids.computeIfAbsent(subject, name -> {
                try {
                    var body = json.writeValueAsString(Map.of("schema", schema));
                    var request = HttpRequest.newBuilder(URI.create(url + "/subjects/" + name + "/versions"))
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
                    return json.readTree(ask(request)).get("id").asInt();
                } catch (java.io.IOException error) {
                    throw new java.io.UncheckedIOException(error);
                }
            });
        }

        Schema schemaOf(int id) {
            return schemas.computeIfAbsent(id, known -> {
                try {
                    var request = HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + known));
                    return new Schema.Parser().parse(json.readTree(ask(request)).get("schema").asText());
                } catch (java.io.IOException error) {
                    throw new java.io.UncheckedIOException(error);
                }
            });
        }

        private String ask(HttpRequest.Builder request) throws java.io.IOException {
            try {
                var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) throw new java.io.IOException("The registry answers " + answer.statusCode() + ": " + answer.body());
                return answer.body();
            } catch (InterruptedException error) {
                throw new java.io.IOException(error);
            }
        }
    }
}
