package millrace.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.LogicalTypes;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Avro in the registry's form (0x00, id, binary) for Kafka Connect, as io.confluent.connect.avro.AvroConverter reads it: that one is not on Maven
 * Central. Reads only, and only what the pipeline's schemas have.
 */
public final class AvroConverter implements Converter {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, org.apache.avro.Schema> schemas = new ConcurrentHashMap<>();
    private String registry;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        registry = (String) configs.get("schema.registry.url");
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new DataException("This converter only reads.");
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        if (value == null) return SchemaAndValue.NULL;
        if (value.length < 5 || value[0] != 0) throw new DataException("The first byte is not that of a registry's Avro.");
        var schema = schemas.computeIfAbsent(ByteBuffer.wrap(value, 1, 4).getInt(), this::fetch);
        try {
            var decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
            var read = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
            var connect = schemaOf(schema, false);
            return new SchemaAndValue(connect, valueOf(schema, connect, read));
        } catch (java.io.IOException | RuntimeException error) {
            throw new DataException("The record of " + topic + " is no Avro of its schema.", error);
        }
    }

    private org.apache.avro.Schema fetch(int id) {
        try {
            var answer = http.send(HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build(), HttpResponse.BodyHandlers.ofString());
            var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(answer.body());
            return new org.apache.avro.Schema.Parser().parse(json.get("schema").asText());
        } catch (Exception error) {
            throw new DataException("The registry does not answer for schema " + id + ".", error);
        }
    }

    private static Schema schemaOf(org.apache.avro.Schema avro, boolean optional) {
        if (avro.getType() == org.apache.avro.Schema.Type.UNION) return schemaOf(notNull(avro), true);
        var builder = switch (avro.getType()) {
            case RECORD -> {
                var struct = SchemaBuilder.struct().name(avro.getFullName());
                avro.getFields().forEach(field -> struct.field(field.name(), schemaOf(field.schema(), false)));
                yield struct;
            }
            case LONG -> avro.getLogicalType() == null ? SchemaBuilder.int64() : Timestamp.builder();
            case BYTES -> Decimal.builder(scaleOf(avro));
            case STRING, ENUM -> SchemaBuilder.string();
            default -> throw new DataException("No field of the pipeline is a " + avro.getType() + ".");
        };
        return optional ? builder.optional().build() : builder.build();
    }

    private static Object valueOf(org.apache.avro.Schema avro, Schema connect, Object value) {
        if (value == null) return null;
        return switch (avro.getType()) {
            case UNION -> valueOf(notNull(avro), connect, value);
            case RECORD -> {
                var struct = new Struct(connect);
                for (var field : avro.getFields())
                    struct.put(field.name(), valueOf(field.schema(), connect.field(field.name()).schema(), ((GenericRecord) value).get(field.pos())));
                yield struct;
            }
            case LONG -> avro.getLogicalType() == null ? value : new Date((Long) value);
            case BYTES -> {
                var bytes = (ByteBuffer) value;
                var unscaled = new byte[bytes.remaining()];
                bytes.get(unscaled);
                yield new BigDecimal(new BigInteger(unscaled), scaleOf(avro));
            }
            default -> value.toString();
        };
    }

    private static org.apache.avro.Schema notNull(org.apache.avro.Schema union) {
        return union.getTypes().stream().filter(type -> type.getType() != org.apache.avro.Schema.Type.NULL).findFirst().orElseThrow();
    }

    private static int scaleOf(org.apache.avro.Schema avro) {
        return ((LogicalTypes.Decimal) avro.getLogicalType()).getScale();
    }
}
