import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** As BytesTopology, but each value is an object: JSON is parsed, and written again. */
final class JsonTopology implements Topologies {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectReader READER = JSON.readerFor(Transfer.class);
    private static final ObjectWriter WRITER = JSON.writerFor(Transfer.class);

    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        Serde<Transfer> transfers = Serdes.serdeFrom((topic, value) -> bytes(value), (topic, bytes) -> transfer(bytes));
        builder.stream(inputs.get(0).asText(), Consumed.with(Serdes.String(), transfers))
            .filter((key, value) -> value == null || value.amount < 900_000)
            .mapValues(value -> value == null ? null : value.withFee(value.amount / 100))
            .to(output, Produced.with(Serdes.String(), transfers));
    }

    private static byte[] bytes(Transfer value) {
        try {
            return value == null ? null : WRITER.writeValueAsBytes(value);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static Transfer transfer(byte[] bytes) {
        try {
            return bytes == null ? null : READER.readValue(bytes);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
