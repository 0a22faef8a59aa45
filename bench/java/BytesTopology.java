import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** Reads bytes, passes them through one filter and one mapValues, and writes bytes. */
final class BytesTopology implements Topologies {
    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        builder.stream(inputs.get(0).asText(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
            .filter((key, value) -> value == null || value[Transfer.AMOUNT_AT] != '9')
            .mapValues(value -> {
                if (value == null) return null;
                byte[] copy = value.clone();
                copy[Transfer.CURRENCY_AT] = 'X';
                return copy;
            })
            .to(output, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    }
}
